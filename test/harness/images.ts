/** The image that tests run, and whether there is a Docker Engine to run it. */
import Docker from 'dockerode';
import { buildBusyboxImage } from '../../node-agent/containers/local-image.js';

export const TEST_IMAGE = 'troupe/test-busybox:1';

/** Undefined, with the reason for a skip, where no Docker Engine answers. */
export async function findDocker(): Promise<{ docker: Docker } | { docker: undefined; why: string }> {
  const docker = new Docker();
  try {
    await docker.ping();
    return { docker };
  } catch (error) {
    return { docker: undefined, why: `no Docker Engine answers: ${(error as Error).message}` };
  }
}

/** Makes the image from the machine's busybox. Repeatable. */
export async function ensureTestImage(docker: Docker): Promise<string> {
  await buildBusyboxImage(docker, TEST_IMAGE);
  return TEST_IMAGE;
}
