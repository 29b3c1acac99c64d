/** With cgroupfs Docker makes a container's parent cgroup and never removes it: one of each pod would stay in every hierarchy until the next boot. */
import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const MOUNT = '/sys/fs/cgroup';

/** Removes a pod's own cgroup where it is empty; the kernel refuses where it is not, and systemd removes its slices itself. Never fails. */
export async function removePodCgroup(parent: string | undefined, mount = MOUNT): Promise<void> {
  if (!parent || !/^\/troupe\/(?:[a-z]+\/)?pod[\w.-]+$/.test(parent)) return;
  const hierarchies = await readdir(mount).catch(() => []);
  const paths = [join(mount, parent), ...hierarchies.map((name) => join(mount, name, parent))];
  await Promise.all(paths.map((path) => rmdir(path).catch(() => {})));
}
