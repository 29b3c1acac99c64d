/** Opens the data folder of an embedded store: refuses what can't be used, takes the lock, recognises the file, and begins a life and a generation. */
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb, type RootDatabaseOptionsWithPath } from 'lmdb';
import type { Clock } from '../process/clock.js';
import { Claims } from './claims.js';
import { checkDataFile } from './data-file-check.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { ALL_GUARDS, claimsKey, FORMAT_KEY, LIVES, lifeKey, nameOf, TYPES, typeIdOf, typeKey } from './lmdb-keys.js';
import { type ClaimsRecord, LmdbType, type TypeRecord } from './lmdb-type.js';
import type { Database } from './lmdb-writer.js';
import { refuseUnsafeFileSystem } from './mount-check.js';
import { StoreUnusableError, type StoreType } from './snapshot-store.js';
import type { StoreLimits } from './store-limits.js';
import { endsWithGeneration } from './type-ledger.js';

export interface OpenOptions {
  /** Made if absent. Holds data.mdb, LMDB's lock.mdb and our lock. */
  readonly directory: string;
  /** Random id of this process's life. */
  readonly incarnation: string;
  readonly clock: Clock;
  readonly limits?: Partial<StoreLimits>;
}

export interface OpenedFile {
  readonly db: Database;
  readonly lifeKey: Buffer;
  readonly incarnation: string;
  readonly types: Map<StoreType, LmdbType>;
  /** New, or closed by the last life. */
  readonly clean: boolean;
  /** Marks the life as cleanly ended, closes the file and gives the lock back. */
  close(): Promise<void>;
}

/** The layout of keys and rows that this version writes. */
const FORMAT = 1;
const DATA_FILE = 'data.mdb';
const CLEAN = Buffer.from('clean');

/** Throws StoreUnusableError; what it refuses is left byte for byte. */
export async function openFile(options: OpenOptions & { limits: StoreLimits }): Promise<OpenedFile> {
  const folder = prepareFolder(options.directory);
  const lock = await lockFolder(folder);
  try {
    const path = join(folder, DATA_FILE);
    if (existsSync(path)) refuseFormat(path, checkDataFile(path));
    else await create(folder);
    return begin(openDatabase(folder), options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function prepareFolder(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw new Error('it is no folder');
  } catch (error) {
    throw new StoreUnusableError(`${directory} can't be the data folder: ${(error as Error).message}`);
  }
  const folder = realpathSync(directory);
  refuseUnsafeFileSystem(folder);
  return folder;
}

function refuseFormat(path: string, value: Buffer): void {
  const [, found] = /^troupe (\d+)$/.exec(value.toString('latin1')) ?? [];
  if (found === undefined) {
    throw new StoreUnusableError(
      `${path} is not a Troupe data file: move it away, or choose another folder with --data`,
    );
  }
  if (Number(found) > FORMAT) {
    throw new StoreUnusableError(
      `${path} has format ${found}, and this version of Troupe knows formats up to ${FORMAT}: start the newer version that wrote it`,
    );
  }
}

/** Makes the file elsewhere and moves it in whole, so that a crash on the way leaves none that looks damaged. */
async function create(folder: string): Promise<void> {
  const making = join(folder, '.making');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  const db = openDatabase(making);
  db.transactionSync(() => void db.put(FORMAT_KEY, Buffer.from(`troupe ${FORMAT}`)));
  await db.flushed;
  await db.close();
  renameSync(join(making, DATA_FILE), join(folder, DATA_FILE));
  rmSync(making, { recursive: true, force: true });
}

function openDatabase(folder: string): Database {
  // `safeRestore` is missing from the types of lmdb.
  const options: RootDatabaseOptionsWithPath & { safeRestore: boolean } = {
    path: folder,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    compression: false,
    noMemInit: true,
    maxDbs: 1,
    // After a crash, the state that was flushed last, not a later one that happens to be readable.
    safeRestore: true,
  };
  return openLmdb<Buffer, Buffer>(options);
}

function begin(db: Database, options: OpenOptions & { limits: StoreLimits }, lock: FolderLock): OpenedFile {
  const { incarnation } = options;
  const lives = [...db.getRange(LIVES)];
  const types = readTypes(db, options.limits);
  const key = lifeKey(incarnation);
  db.transactionSync(() => {
    for (const life of lives) void db.remove(life.key);
    void db.put(key, Buffer.from('open'));
    if (lives.length > 0) raiseAll(db, types, options.clock.now());
  });
  db.resetReadTxn();
  return {
    db,
    lifeKey: key,
    incarnation,
    types,
    clean: lives.every(({ value }) => CLEAN.equals(value)),
    async close() {
      db.transactionSync(() => void db.put(key, CLEAN));
      await db.close();
      lock.release();
    },
  };
}

function readTypes(db: Database, limits: StoreLimits): Map<StoreType, LmdbType> {
  const types = new Map<StoreType, LmdbType>();
  const byId = new Map<number, LmdbType>();
  for (const { key, value } of db.getRange(TYPES)) {
    const { name, storeGeneration, generations } = JSON.parse(value.toString()) as TypeRecord;
    const type = new LmdbType(name, typeIdOf(key), db, limits);
    Object.assign(type.ledger, { storeGeneration, generations });
    const claims = db.get(claimsKey(type.id));
    if (claims) type.ledger.claims = new Claims(JSON.parse(claims.toString()) as ClaimsRecord);
    types.set(name, type);
    byId.set(type.id, type);
  }
  for (const { key, value } of db.getRange(ALL_GUARDS)) {
    byId.get(typeIdOf(key))?.ledger.guards.set(nameOf(key), value.toString());
  }
  return types;
}

/** Every later life begins a generation of every type: the disk may have lost a tail, or be an older copy. */
function raiseAll(db: Database, types: ReadonlyMap<StoreType, LmdbType>, nowMs: number): void {
  for (const type of types.values()) {
    type.ledger.raise(0, nowMs);
    void db.put(typeKey(type.id), type.record());
    void db.put(claimsKey(type.id), type.claimsRecord());
  }
  const guards = Array.from(db.getRange(ALL_GUARDS), ({ key }) => key); // Read whole before the removals move its pages.
  for (const key of guards) if (endsWithGeneration(nameOf(key))) void db.remove(key);
}
