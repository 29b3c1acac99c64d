/** The bytes of one row of the log: all commits of a type that went to disk together; and of one snapshot that outlived its log row. */
import assert from 'node:assert/strict';
import type { LogEntry, Selectables } from './snapshot-store.js';
import type { Accepted } from './type-ledger.js';

const VERSION = 1;
const ROW_HEADER = 32; // version and padding 4, count 4, time 8, generation 8, first revision 8
const ENTRY_HEADER = 21; // kind 1, slot 2, key length 2, meta length 4, body length 4, previous revision 8
const NO_KEY = 0xffff;
const NO_BODY = 0xffffffff;
const KINDS = ['put', 'delete', 'marker'] as const;

interface Meta {
  /** Previous and present selectables, ask id. */
  readonly p?: Selectables;
  readonly s?: Selectables;
  readonly a?: string;
}

export interface RowHeader {
  readonly count: number;
  readonly atMs: number;
  readonly storeGeneration: number;
  readonly first: number;
}

/** One entry where it lies in its row; nothing is parsed until it is asked for. */
export interface RowEntry {
  readonly kind: (typeof KINDS)[number];
  readonly slot: number;
  readonly revision: number;
  readonly key: string | undefined;
  readonly previousRevision: number;
  readonly metaStart: number;
  readonly bodyStart: number;
  /** Equals `bodyStart` for an empty body; -1 for none. */
  readonly bodyEnd: number;
}

const metaOf = ({ log: { previous, selectables }, askId }: Accepted): string =>
  previous === undefined && selectables === undefined && askId === undefined
    ? ''
    : JSON.stringify({ p: previous, s: selectables, a: askId } satisfies Meta);

/** Encodes into a buffer from `take`, which may be longer than asked; returns the part that is the row. */
export function encodeRow(accepted: readonly Accepted[], atMs: number, take: (bytes: number) => Buffer): Buffer {
  const metas = accepted.map(metaOf);
  let most = ROW_HEADER;
  for (const [i, { log }] of accepted.entries()) {
    most += ENTRY_HEADER + 3 * ((log.key?.length ?? 0) + (metas[i] as string).length) + (log.bytes?.byteLength ?? 0);
  }
  const row = take(most);
  const first = accepted[0]?.log;
  assert(first, 'a row has entries');
  row.writeUInt32LE(VERSION, 0);
  row.writeUInt32LE(accepted.length, 4);
  row.writeDoubleLE(atMs, 8);
  row.writeDoubleLE(first.storeGeneration, 16);
  row.writeDoubleLE(first.revision, 24);
  let at = ROW_HEADER;
  for (const [i, entry] of accepted.entries()) at = encodeEntry(row, at, entry, metas[i] as string);
  return row.subarray(0, at);
}

function encodeEntry(row: Buffer, start: number, { log, slot }: Accepted, meta: string): number {
  let at = start + ENTRY_HEADER;
  const keyLength = log.key === undefined ? NO_KEY : row.write(log.key, at);
  if (keyLength !== NO_KEY) at += keyLength;
  const metaLength = meta === '' ? 0 : row.write(meta, at);
  at += metaLength;
  row[start] = KINDS.indexOf(log.kind);
  row.writeUInt16LE(slot, start + 1);
  row.writeUInt16LE(keyLength, start + 3);
  row.writeUInt32LE(metaLength, start + 5);
  row.writeUInt32LE(log.bytes?.byteLength ?? NO_BODY, start + 9);
  row.writeDoubleLE(log.previousRevision, start + 13);
  if (log.bytes) row.set(log.bytes, at);
  return at + (log.bytes?.byteLength ?? 0);
}

/** Throws for bytes that are no row of a version that we know. */
export function rowHeader(row: Buffer): RowHeader {
  assert(row.length >= ROW_HEADER && row.readUInt32LE(0) === VERSION, 'a damaged row of the log');
  return {
    count: row.readUInt32LE(4),
    atMs: row.readDoubleLE(8),
    storeGeneration: row.readDoubleLE(16),
    first: row.readDoubleLE(24),
  };
}

export function rowEntries(row: Buffer): RowEntry[] {
  const { count, first } = rowHeader(row);
  const entries: RowEntry[] = [];
  let at = ROW_HEADER;
  for (let i = 0; i < count; i++) {
    assert(at + ENTRY_HEADER <= row.length, 'a damaged row of the log');
    const keyLength = row.readUInt16LE(at + 3);
    const metaStart = at + ENTRY_HEADER + (keyLength === NO_KEY ? 0 : keyLength);
    const bodyStart = metaStart + row.readUInt32LE(at + 5);
    const bodyLength = row.readUInt32LE(at + 9);
    const bodyEnd = bodyLength === NO_BODY ? -1 : bodyStart + bodyLength;
    entries.push({
      kind: KINDS[row[at] as number] ?? 'marker',
      slot: row.readUInt16LE(at + 1),
      revision: first + i,
      key: keyLength === NO_KEY ? undefined : row.toString('utf8', at + ENTRY_HEADER, metaStart),
      previousRevision: row.readDoubleLE(at + 13),
      metaStart,
      bodyStart,
      bodyEnd,
    });
    at = Math.max(bodyStart, bodyEnd);
  }
  return entries;
}

function readMeta(row: Buffer, { metaStart, bodyStart }: RowEntry): Meta {
  return bodyStart === metaStart ? {} : (JSON.parse(row.toString('utf8', metaStart, bodyStart)) as Meta);
}

export const askIdOf = (row: Buffer, entry: RowEntry): string | undefined => readMeta(row, entry).a;

/** A copy, so that the row's memory may be used again. */
export const bodyOf = (row: Buffer, { bodyStart, bodyEnd }: RowEntry): Uint8Array | undefined =>
  bodyEnd < 0 ? undefined : copyOf(row, bodyStart, bodyEnd);

/** Small ones share Node's 8 kB pool pages, so that a page and not a whole row stays in memory for one that is kept. */
function copyOf(row: Buffer, start: number, end: number): Uint8Array {
  const copy = Buffer.allocUnsafe(end - start);
  row.copy(copy, 0, start, end);
  return copy;
}

export function logEntryOf(row: Buffer, entry: RowEntry, storeGeneration: number): LogEntry {
  const { kind, key, revision, previousRevision } = entry;
  const { p: previous, s: selectables } = readMeta(row, entry);
  return { revision, storeGeneration, kind, key, bytes: bodyOf(row, entry), previous, selectables, previousRevision };
}

const SNAPSHOT_HEADER = 20; // version 2, slot 2, revision 8, generation 8

export interface SnapshotHeader {
  readonly slot: number;
  readonly revision: number;
  readonly storeGeneration: number;
}

export function encodeSnapshot({ slot, revision, storeGeneration }: SnapshotHeader, bytes: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(SNAPSHOT_HEADER + bytes.byteLength);
  row.writeUInt16LE(VERSION, 0);
  row.writeUInt16LE(slot, 2);
  row.writeDoubleLE(revision, 4);
  row.writeDoubleLE(storeGeneration, 12);
  row.set(bytes, SNAPSHOT_HEADER);
  return row;
}

export function snapshotHeader(row: Buffer): SnapshotHeader {
  assert(row.length >= SNAPSHOT_HEADER && row.readUInt16LE(0) === VERSION, 'a damaged snapshot');
  return { slot: row.readUInt16LE(2), revision: row.readDoubleLE(4), storeGeneration: row.readDoubleLE(12) };
}

export const snapshotBody = (row: Buffer): Uint8Array => copyOf(row, SNAPSHOT_HEADER, row.length);
