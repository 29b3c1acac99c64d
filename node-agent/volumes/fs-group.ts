/** fsGroup: the group that may use a pod's volumes. */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const SETGID = 0o2000;
const READ_WRITE = 0o660;
const READ_ONLY = 0o440;
const EXECUTE = 0o110;
const PERMISSIONS = 0o7777;

export interface FsGroup {
  readonly gid: number;
  readonly readOnly: boolean;
  /** Nothing is done where the root directory shows that all was done before. */
  readonly onRootMismatch?: boolean;
}

async function isDone(root: string, { gid, readOnly }: FsGroup): Promise<boolean> {
  const stat = await lstat(root);
  const wanted = (readOnly ? READ_ONLY : READ_WRITE) | EXECUTE | SETGID;
  return stat.gid === gid && (stat.mode & wanted) === wanted;
}

async function own(path: string, group: FsGroup): Promise<void> {
  const stat = await lstat(path);
  await lchown(path, stat.uid, group.gid);
  if (stat.isSymbolicLink()) return;
  const bits = group.readOnly ? READ_ONLY : READ_WRITE;
  const mode = (stat.mode & PERMISSIONS) | bits | (stat.isDirectory() ? EXECUTE | SETGID : 0);
  await chmod(path, mode); // After chown, which clears setgid.
  if (!stat.isDirectory()) return;
  for (const name of await readdir(path)) await own(join(path, name), group);
}

/** Gives everything below `root` to the group: chgrp, g+rwX (g+rX for what is read-only), setgid on directories. Repeatable. */
export async function applyFsGroup(root: string, group: FsGroup): Promise<void> {
  if (group.onRootMismatch && (await isDone(root, group))) return;
  await own(root, group);
}
