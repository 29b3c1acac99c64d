/** The machine's mounts: made and undone by mount(8), read from /proc. */
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const unescaped = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

/** Mount points of a mountinfo text, as they are stacked: the last is on top. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point ? [unescaped(point)] : [];
  });
}

/** Mount points at or below a directory, innermost first; none where there is no /proc. */
export async function mountsBelow(path: string): Promise<string[]> {
  const directory = await realpath(path).catch(() => path); // The kernel knows them by their real paths.
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mountPoints(text)
    .filter((point) => point === directory || point.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

/** Whether something is mounted at this very path. */
export async function isMounted(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  return real !== undefined && (await mountsBelow(real)).includes(real);
}

export async function mountTmpfs(path: string, sizeBytes: number | undefined): Promise<void> {
  const options = ['mode=0777', ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`])];
  await run('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]);
}

/** `source` is taken as it is written (`/proc/…/fd/…`), not resolved again. */
export async function mountBind(source: string, path: string): Promise<void> {
  await run('mount', ['--no-canonicalize', '--bind', source, path]);
}

/** Takes also what is still in use: it goes when its last user does. */
export async function unmount(path: string): Promise<void> {
  await run('umount', [path]).catch(() => run('umount', ['--lazy', path]));
}

/** Before a directory is deleted: unmounts everything in it. Throws where something stays, since deleting through a mount deletes what belongs to others. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const mounted of await mountsBelow(directory)) await unmount(mounted);
  const left = await mountsBelow(directory);
  if (left.length) throw new Error(`cannot unmount ${left.join(', ')}`);
}
