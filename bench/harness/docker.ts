/** The machine's Docker Engine, where there is one. */
import { existsSync } from 'node:fs';
import Docker from 'dockerode';

const socketPath = '/var/run/docker.sock';

/** Undefined without an engine. */
export function dockerSocket(): string | undefined {
  return existsSync(socketPath) ? socketPath : undefined;
}

export function docker(): Docker {
  return new Docker({ socketPath });
}
