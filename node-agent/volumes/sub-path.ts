/**
 * subPath: one file or directory inside a volume that a container may be writing to meanwhile. So the path is followed once, held open, and what is
 * open gets bound: a link that is swapped in afterwards leads nowhere.
 */
import { constants, type FileHandle, mkdir, open, realpath, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { VolumeError } from './pod-volumes.js';

const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;
const PERMISSIONS = 0o7777;

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way !== '..' && !way.startsWith('../') && !way.startsWith('/'); // `..data` is inside.
}

/** Throws VolumeError for what no volume can hold. */
function checkedSubPath(subPath: string): string {
  const parts = subPath.split('/');
  if (subPath.startsWith('/') || parts.includes('..')) {
    throw new VolumeError(`subPath "${subPath}" must be a relative path within the volume and must not contain ".."`);
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

/** The links of the part that exists are followed as long as they stay inside; the rest is kept as it is written. */
async function resolvedParts(base: string, subPath: string): Promise<string[]> {
  const parts = subPath === '' ? [] : subPath.split('/');
  for (let existing = parts.length; existing >= 0; existing--) {
    const real = await realpath(resolve(base, ...parts.slice(0, existing))).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new VolumeError(`cannot resolve subPath "${subPath}": ${error.message}`);
    });
    if (real === undefined) continue;
    if (!isInside(base, real)) throw new VolumeError(`subPath "${subPath}" not within volume path "${base}"`);
    const way = relative(base, real);
    return [...(way ? way.split('/') : []), ...parts.slice(existing)];
  }
  throw new VolumeError(`volume path "${base}" is not there`);
}

const below = (parent: FileHandle, name: string) => `/proc/self/fd/${parent.fd}/${name}`;

async function openChild(parent: FileHandle, name: string, isLast: boolean, mode: number): Promise<FileHandle> {
  const flags = O_PATH | O_NOFOLLOW | (isLast ? 0 : O_DIRECTORY);
  const path = below(parent, name);
  try {
    return await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const made = await open(path, constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  await made.chmod(mode); // As the volume itself is; the umask has no say.
  return made;
}

/** Opens the path, making directories where there is nothing. The caller closes it. Throws VolumeError for what leads outside. */
export async function openSubPath(volumePath: string, subPath: string): Promise<FileHandle> {
  const base = await realpath(volumePath);
  const parts = await resolvedParts(base, checkedSubPath(subPath));
  const mode = (await stat(base)).mode & PERMISSIONS;
  let current = await open(base, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  for (const [index, name] of parts.entries()) {
    try {
      const next = await openChild(current, name, index === parts.length - 1, mode);
      await current.close();
      current = next;
      // O_PATH opens a link itself: it would be followed by who mounts it.
      if ((await current.stat()).isSymbolicLink()) throw new Error('it became a link');
    } catch (error) {
      await current.close();
      throw new VolumeError(`cannot open subPath "${subPath}": ${(error as Error).message}`);
    }
  }
  return current;
}
