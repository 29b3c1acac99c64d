/** File systems on which a memory-mapped file with locks is not safe, and how to tell. */
import { readFileSync } from 'node:fs';
import { StoreUnusableError } from './snapshot-store.js';

const UNSAFE: ReadonlyMap<string, string> = new Map([
  ['nfs', 'NFS'],
  ['nfs4', 'NFS'],
  ['9p', '9p (a folder of Windows or of a virtual machine’s host)'],
  ['drvfs', 'drvfs (a folder of Windows)'],
  ['virtiofs', 'virtiofs (a folder of a virtual machine’s host)'],
  ['cifs', 'SMB'],
  ['smb3', 'SMB'],
  ['fuse.sshfs', 'sshfs'],
]);

/** The type of the file system that holds an absolute path, by /proc/self/mountinfo's text. */
export function fileSystemOf(path: string, mountinfo: string): string {
  let best = { mountPoint: '', type: '' };
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const mountPoint = (left?.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const type = right?.split(' ')[0];
    if (!type || !isWithin(path, mountPoint)) continue;
    if (mountPoint.length >= best.mountPoint.length) best = { mountPoint, type }; // The later of two mounts hides the earlier.
  }
  return best.type;
}

const isWithin = (path: string, folder: string) =>
  folder === '/' || path === folder || (folder !== '' && path.startsWith(`${folder}/`));

/** Throws StoreUnusableError. Where there is no /proc, nothing is known and nothing refused. */
export function refuseUnsafeFileSystem(folder: string): void {
  let mountinfo = '';
  try {
    mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return;
  }
  const name = UNSAFE.get(fileSystemOf(folder, mountinfo));
  if (name) {
    throw new StoreUnusableError(
      `${folder} is on ${name}, which can't hold the data safely: choose a folder on a local disk with --data`,
    );
  }
}
