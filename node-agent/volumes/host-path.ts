/** hostPath volumes: the machine's own files. */
import { chmod, mkdir, open, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { Volume } from '../../schemas/meta/object.js';
import { VolumeError } from './pod-volumes.js';

type HostPath = NonNullable<Volume['hostPath']>;

const CHECKS: Readonly<Record<string, { is: (found: Stats) => boolean; noun: string }>> = {
  Directory: { is: (found) => found.isDirectory(), noun: 'a directory' },
  DirectoryOrCreate: { is: (found) => found.isDirectory(), noun: 'a directory' },
  File: { is: (found) => found.isFile(), noun: 'a file' },
  FileOrCreate: { is: (found) => found.isFile(), noun: 'a file' },
  Socket: { is: (found) => found.isSocket(), noun: 'a socket file' },
  CharDevice: { is: (found) => found.isCharacterDevice(), noun: 'a character device' },
  BlockDevice: { is: (found) => found.isBlockDevice(), noun: 'a block device' },
};

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}

async function makeFile(path: string): Promise<void> {
  const file = await open(path, 'a', 0o644).catch((error: NodeJS.ErrnoException) => {
    throw new VolumeError(`hostPath type check failed: ${error.message}`);
  });
  await file.close();
}

/** The path, once it is what its `type` says; made where that says so, and for the empty type, since a mount needs something to mount. */
export async function prepareHostPath({ path, type = '' }: HostPath): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    if (type === '' || type === 'DirectoryOrCreate') await makeDirectory(path);
    else if (type === 'FileOrCreate') await makeFile(path);
    else throw new VolumeError(`hostPath type check failed: ${path} is not ${CHECKS[type]?.noun ?? type}`);
    return path;
  }
  const check = CHECKS[type];
  if (type !== '' && !check) throw new VolumeError(`unknown hostPath type ${type}`);
  if (check && !check.is(found)) throw new VolumeError(`hostPath type check failed: ${path} is not ${check.noun}`);
  return path;
}
