/**
 * One process per data folder, by a lock that dies with the process. Node has no flock; its SQLite has: an exclusive transaction on an empty file holds
 * the kernel's lock on it (fcntl) for as long as the process lives, across containers too, and writes nothing. A stale file means nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnusableError } from './snapshot-store.js';

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/** Throws StoreUnusableError naming the process that has the folder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const { DatabaseSync } = await import('node:sqlite');
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    throw new StoreUnusableError(whyNot(folder, path, error as Error & { errcode?: number }));
  }
  writeFileSync(`${path}.pid`, `${process.pid}\n`);
  const held = database;
  return { release: () => held.close() };
}

function whyNot(folder: string, path: string, error: Error & { errcode?: number }): string {
  if (error.errcode !== SQLITE_BUSY) return `${path} can't be locked: ${error.message}`;
  return `${folder} is in use by another process${holder(path)}: stop it first, or choose another folder with --data`;
}

function holder(path: string): string {
  try {
    return ` (${readFileSync(`${path}.pid`, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
