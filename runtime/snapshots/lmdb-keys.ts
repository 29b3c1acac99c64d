/** Where things are in the LMDB file: one database, keys of a kind byte, a type's number, and the rest. Their order is what the scans rely on. */

/** The smallest key of all, so that a file can be recognised by its leftmost leaf. */
export const FORMAT_KEY = Buffer.from([0]);

const LIFE = 1;
const RECORD = 2;
const TYPE = 3;
const CLAIMS = 4;
const GUARD = 5;
const SNAPSHOT = 6;
const LOG = 7;
const ASKS = 8;

export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

function named(kind: number, name: string): Buffer {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(name));
  key[0] = kind;
  key.write(name, 1);
  return key;
}

function typed(kind: number, typeId: number, extra: number): Buffer {
  const key = Buffer.allocUnsafe(3 + extra);
  key[0] = kind;
  key.writeUInt16BE(typeId, 1);
  return key;
}

function typedNamed(kind: number, typeId: number, name: string): Buffer {
  const key = typed(kind, typeId, Buffer.byteLength(name));
  key.write(name, 3);
  return key;
}

function typedRevision(kind: number, typeId: number, revision: number): Buffer {
  const key = typed(kind, typeId, 6);
  key.writeUIntBE(revision, 3, 6);
  return key;
}

const all = (kind: number): KeyRange => ({ start: Buffer.from([kind]), end: Buffer.from([kind + 1]) });
const allOfType = (kind: number, typeId: number): KeyRange => ({
  start: typed(kind, typeId, 0),
  end: typed(kind, typeId + 1, 0),
});

export const lifeKey = (incarnation: string) => named(LIFE, incarnation);
export const recordKey = (name: string) => named(RECORD, name);
export const typeKey = (typeId: number) => typed(TYPE, typeId, 0);
export const claimsKey = (typeId: number) => typed(CLAIMS, typeId, 0);
export const guardKey = (typeId: number, name: string) => typedNamed(GUARD, typeId, name);
export const snapshotKey = (typeId: number, key: string) => typedNamed(SNAPSHOT, typeId, key);
export const logKey = (typeId: number, firstRevision: number) => typedRevision(LOG, typeId, firstRevision);
export const asksKey = (typeId: number, firstRevision: number) => typedRevision(ASKS, typeId, firstRevision);

export const LIVES = all(LIFE);
export const TYPES = all(TYPE);
export const ALL_GUARDS = all(GUARD);
export const snapshotsOf = (typeId: number) => allOfType(SNAPSHOT, typeId);
export const logOf = (typeId: number) => allOfType(LOG, typeId);
export const asksOf = (typeId: number) => allOfType(ASKS, typeId);

export const typeIdOf = (key: Buffer) => key.readUInt16BE(1);
/** The name after a type's number. */
export const nameOf = (key: Buffer) => key.toString('utf8', 3);
