/**
 * Files that change all at once, as Kubernetes lays them out: the files are in a dated directory, `..data` is a link to it, and the names that users
 * see are links through `..data`. A rename of `..data` is the change.
 */
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface VolumeFile {
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** Relative path → file. Paths have been checked: no `..`, not absolute. */
export type VolumeContent = ReadonlyMap<string, VolumeFile>;

const DATA = '..data';

async function linkTarget(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

async function filesBelow(directory: string, prefix = ''): Promise<string[]> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesBelow(directory, path) : [path];
  });
  return (await Promise.all(nested)).flat();
}

async function isSame(directory: string, content: VolumeContent): Promise<boolean> {
  const present = await filesBelow(directory).catch(() => undefined);
  if (!present || present.length !== content.size) return false;
  for (const path of present) {
    const wanted = content.get(path);
    if (!wanted) return false;
    const full = join(directory, path);
    const { mode } = await lstat(full);
    // Owners may have been given more bits for fsGroup, never fewer.
    if ((mode & wanted.mode) !== wanted.mode) return false;
    if (Buffer.compare(await readFile(full), wanted.data) !== 0) return false;
  }
  return true;
}

async function writeFiles(directory: string, content: VolumeContent): Promise<void> {
  for (const [path, { data, mode }] of content) {
    const full = join(directory, path);
    await mkdir(dirname(full), { recursive: true, mode: 0o755 });
    await writeFile(full, data);
    await chmod(full, mode); // The umask has no say.
  }
}

/** Links for new names, before anybody is told; names that are gone lose theirs. */
async function linkNames(target: string, content: VolumeContent): Promise<void> {
  const names = new Set([...content.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of names) {
    if ((await linkTarget(join(target, name))) === undefined) await symlink(`${DATA}/${name}`, join(target, name));
  }
  for (const name of await readdir(target)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(join(target, name), { force: true });
  }
}

/**
 * Makes `target` hold exactly this content; `prepare` is run on the dated directory before it is seen. Answers whether anything changed. `timestamp` is
 * `2006_01_02_15_04_05`. Repeatable, also after a crash at any point.
 */
export async function writeAtomically(
  target: string,
  content: VolumeContent,
  timestamp: string,
  prepare: (directory: string) => Promise<void> = async () => {},
): Promise<boolean> {
  const current = await linkTarget(join(target, DATA));
  const unchanged = current !== undefined && (await isSame(join(target, current), content));
  if (!unchanged) {
    const directory = await mkdtemp(join(target, `..${timestamp}.`));
    await chmod(directory, 0o755);
    await writeFiles(directory, content);
    await prepare(directory);
    const link = join(target, `${DATA}_tmp`);
    await rm(link, { force: true });
    await symlink(directory.slice(target.length + 1), link);
    await rename(link, join(target, DATA));
  }
  await linkNames(target, content);
  await removeOld(target);
  return !unchanged;
}

async function removeOld(target: string): Promise<void> {
  const current = await linkTarget(join(target, DATA));
  for (const name of await readdir(target)) {
    if (name.startsWith('..') && name !== DATA && name !== current)
      await rm(join(target, name), { recursive: true, force: true });
  }
}
