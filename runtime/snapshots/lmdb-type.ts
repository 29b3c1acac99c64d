/** One type in the LMDB file: its ledger, where its objects' bytes are, and its log. Reads are synchronous; no read transaction outlives a call. */
import type { Claim } from './claims.js';
import { asksKey, asksOf, logKey, logOf, nameOf, snapshotKey, snapshotsOf } from './lmdb-keys.js';
import type { Database } from './lmdb-writer.js';
import {
  askIdOf,
  bodyOf,
  encodeRow,
  encodeSnapshot,
  logEntryOf,
  type RowEntry,
  rowEntries,
  rowHeader,
  snapshotBody,
  snapshotHeader,
} from './log-row.js';
import type { RowBuffers } from './row-buffers.js';
import type { AskRecord, GenerationRecord, LogEntry, LogRead, StoredSnapshot, StoreType } from './snapshot-store.js';
import type { StoreLimits } from './store-limits.js';
import { type Accepted, type Head, TypeLedger } from './type-ledger.js';

/** What the type's own row holds, as JSON. */
export interface TypeRecord {
  readonly name: StoreType;
  readonly storeGeneration: number;
  readonly generations: readonly GenerationRecord[];
}

export type ClaimsRecord = readonly (readonly [number, Claim])[];

interface AsksRow {
  readonly atMs: number;
  readonly asks: readonly AskRecord[];
}

const LOG_READ_BYTES_MAX = 4 * 1_048_576;
const TRIM_STEP_ENTRIES = 256;
/** Read once instead of twice at a start, if the log is no longer than this. */
const PRELOAD_BYTES_MAX = 32 * 1_048_576;

export class LmdbType {
  readonly ledger: TypeLedger;
  /** What reads may tell. */
  flushedRevision = 0;
  /** Of the first row of the log. */
  #oldest = 1;
  #oldestAtMs = 0;
  #logBytes = 0;
  #headsLoaded = false;
  /** Rows that LMDB may not show yet, by first revision. */
  readonly #rowsInFlight = new Map<number, Buffer>();
  #trimming = false;
  /** The newest revision when only the newest row, which may hold many, was left: until there is another, nothing can be trimmed. */
  #newestRowEnd = 0;

  constructor(
    readonly name: StoreType,
    readonly id: number,
    private readonly db: Database,
    private readonly limits: StoreLimits,
  ) {
    this.ledger = new TypeLedger(limits);
    const last = this.#lastRow();
    if (!last) return;
    const { first, count } = rowHeader(last);
    this.ledger.revision = this.flushedRevision = first + count - 1;
  }

  #lastRow(): Buffer | undefined {
    const { start, end } = logOf(this.id);
    for (const { value } of this.db.getRange({ start: end, end: start, reverse: true, limit: 1 })) return value;
    return undefined;
  }

  record(): Buffer {
    const { storeGeneration, generations } = this.ledger;
    return Buffer.from(JSON.stringify({ name: this.name, storeGeneration, generations } satisfies TypeRecord));
  }

  claimsRecord(): Buffer {
    return Buffer.from(JSON.stringify(this.ledger.claims.entries() satisfies ClaimsRecord));
  }

  /** Reads where each object stands: snapshots first, then the log over them, which is newer. Must come before the first write. `cache` gets the rows. */
  loadHeads(cache?: RowCache): void {
    if (this.#headsLoaded) return;
    this.#headsLoaded = true;
    const { heads } = this.ledger;
    for (const { key, value } of this.db.getRange(snapshotsOf(this.id))) {
      const { slot, revision, storeGeneration } = snapshotHeader(value);
      const name = nameOf(key);
      heads.set(name, { slot, revision, storeGeneration, batch: 0 });
      cache?.preloadSnapshot(name, value);
    }
    let rows = 0;
    for (const { value } of this.db.getRange(logOf(this.id))) {
      const { first, storeGeneration, atMs } = rowHeader(value);
      if (rows++ === 0) [this.#oldest, this.#oldestAtMs] = [first, atMs];
      this.#logBytes += value.length;
      const entries = rowEntries(value);
      cache?.preload(first, { bytes: value, entries });
      for (const { kind, key, revision, slot } of entries) {
        if (key === undefined) continue;
        if (kind === 'delete') heads.delete(key);
        else heads.set(key, { revision, slot, storeGeneration, batch: first });
      }
    }
  }

  /** Puts a row with what was accepted; call inside a write. Returns what to call once it is flushed. */
  append(accepted: readonly Accepted[], atMs: number, buffers: RowBuffers): () => void {
    this.loadHeads();
    const row = encodeRow(accepted, atMs, (bytes) => buffers.take(bytes));
    const first = accepted[0]?.log.revision as number;
    const last = first + accepted.length - 1;
    if (first === this.#oldest) this.#oldestAtMs = atMs;
    this.#logBytes += row.length;
    this.#rowsInFlight.set(first, row);
    void this.db.put(logKey(this.id, first), row);
    return () => {
      this.flushedRevision = last;
      this.#rowsInFlight.delete(first);
      buffers.giveBack(row);
    };
  }

  /** The object's bytes as decided last; may be ahead of `flushedRevision`. */
  read(key: string, cache?: RowCache): StoredSnapshot | undefined {
    this.loadHeads();
    const head = this.ledger.heads.get(key);
    if (!head) return undefined;
    const { revision, slot, storeGeneration } = head;
    return { key, slot, revision, storeGeneration, bytes: this.#bytes(key, head, cache ?? new RowCache()) };
  }

  #bytes(key: string, head: Head, cache: RowCache): Uint8Array {
    const row = head.batch > 0 ? this.#row(head.batch, cache) : undefined;
    const bytes = row && bodyOf(row.bytes, row.entries[head.revision - head.batch] as RowEntry);
    if (bytes) return bytes;
    // A head that has just been moved out of the log tells its new place only once that is flushed.
    const snapshot = cache.takeSnapshot(key, head.revision) ?? this.db.get(snapshotKey(this.id, key));
    if (!snapshot) throw new Error(`the bytes of ${this.name} ${key} at revision ${head.revision} are missing`);
    return snapshotBody(snapshot);
  }

  /** The memory of a row in flight is used again after its flush, so only a row from the file may be kept. */
  #row(first: number, cache: RowCache): DecodedRow | undefined {
    const inFlight = this.#rowsInFlight.get(first);
    if (inFlight) return { bytes: inFlight, entries: rowEntries(inFlight) };
    return cache.row(first, () => this.db.get(logKey(this.id, first)));
  }

  /** All keys of the slots, those with neighbouring bytes together. */
  keys(slots: readonly number[] | undefined, cache: RowCache): string[] {
    this.loadHeads(cache);
    const wanted = slots && new Set(slots);
    const found = [...this.ledger.heads].filter(([, { slot }]) => !wanted || wanted.has(slot));
    return found.sort(([, a], [, b]) => a.batch - b.batch).map(([key]) => key);
  }

  readLog(from: number, entriesMax: number): LogRead {
    this.loadHeads();
    if (from + 1 < this.#oldest) return { kind: 'behind', oldest: this.#oldest };
    const entries: LogEntry[] = [];
    const newest = this.flushedRevision;
    let bytes = 0;
    for (const row of this.#rowsFrom(from + 1)) {
      const { storeGeneration } = rowHeader(row);
      for (const entry of rowEntries(row)) {
        if (entry.revision <= from) continue;
        if (entry.revision > newest || entries.length >= entriesMax) return { kind: 'entries', entries, newest };
        entries.push(logEntryOf(row, entry, storeGeneration));
      }
      bytes += row.length;
      if (bytes >= LOG_READ_BYTES_MAX && entries.length > 0) break;
    }
    return { kind: 'entries', entries, newest };
  }

  /** Rows that begin at or before the revision, and all after. */
  *#rowsFrom(revision: number): Iterable<Buffer> {
    const { start, end } = logOf(this.id);
    let first = logKey(this.id, revision);
    const before = { start: first, end: start, reverse: true, limit: 1 };
    for (const { key } of this.db.getRange(before)) first = key;
    for (const { value } of this.db.getRange({ start: first, end })) yield value;
  }

  /** In revision order. */
  asks(slots: readonly number[], sinceMs: number): AskRecord[] {
    const wanted = new Set(slots);
    const found: AskRecord[] = [];
    const { start, end } = logOf(this.id);
    for (const { value } of this.db.getRange({ start: end, end: start, reverse: true })) {
      const { atMs, first, count } = rowHeader(value);
      if (first + count - 1 > this.flushedRevision) continue;
      if (atMs < sinceMs) break;
      found.push(...asksOfRow(value));
    }
    for (const { value } of this.db.getRange(asksOf(this.id))) {
      const { atMs, asks } = JSON.parse(value.toString()) as AsksRow;
      if (atMs >= sinceMs) found.push(...asks);
    }
    return found.filter(({ slot }) => wanted.has(slot)).sort((a, b) => a.revision - b.revision);
  }

  /** Whether the log holds more than it may. The newest row stays. */
  mustTrim(nowMs: number): boolean {
    if (!this.#headsLoaded || this.#trimming || this.#oldest >= this.flushedRevision) return false;
    if (this.#newestRowEnd === this.flushedRevision) return false;
    return this.#isOver(nowMs);
  }

  #isOver(nowMs: number): boolean {
    const { logEntriesMax, logBytesMax, logAgeMaxMs } = this.limits;
    const entries = this.ledger.revision - this.#oldest + 1;
    return entries > logEntriesMax || this.#logBytes > logBytesMax || this.#oldestAtMs < nowMs - logAgeMaxMs;
  }

  /** Cuts a bounded piece off the log's tail, keeping the bodies that are still current as snapshots; call inside a write. Returns what to call once it is flushed. */
  trimStep(nowMs: number): () => void {
    this.#trimming = true;
    const moved: [string, Head][] = [];
    let entries = 0;
    for (const { key, value } of this.db.getRange({ start: logKey(this.id, this.#oldest), end: logOf(this.id).end })) {
      const { first, count, atMs } = rowHeader(value);
      this.#oldestAtMs = atMs;
      this.#oldest = first;
      const isNewest = first + count > this.flushedRevision;
      if (isNewest) this.#newestRowEnd = this.flushedRevision;
      if (isNewest || entries >= TRIM_STEP_ENTRIES || !this.#isOver(nowMs)) break;
      this.#moveOut(value, moved);
      this.#keepAsks(value, nowMs);
      void this.db.remove(key);
      this.#oldest = first + count;
      this.#logBytes -= value.length;
      entries += count;
    }
    return () => {
      this.#trimming = false;
      const { heads } = this.ledger;
      for (const [key, head] of moved) if (heads.get(key) === head) heads.set(key, { ...head, batch: 0 });
    };
  }

  #moveOut(row: Buffer, moved: [string, Head][]): void {
    for (const entry of rowEntries(row)) {
      const { key, revision, kind } = entry;
      if (key === undefined) continue;
      const head = this.ledger.heads.get(key);
      if (head?.revision === revision) {
        void this.db.put(snapshotKey(this.id, key), encodeSnapshot(head, bodyOf(row, entry) as Uint8Array));
        moved.push([key, head]);
      } else if (kind === 'delete' && !head) void this.db.remove(snapshotKey(this.id, key));
    }
  }

  /** Asks are kept by time, the log also by count. */
  #keepAsks(row: Buffer, nowMs: number): void {
    const { atMs, first } = rowHeader(row);
    if (atMs < nowMs - this.limits.asksAgeMaxMs) return;
    const asks = asksOfRow(row);
    if (asks.length === 0) return;
    void this.db.put(asksKey(this.id, first), Buffer.from(JSON.stringify({ atMs, asks } satisfies AsksRow)));
  }

  /** Removes asks that are too old to be repeated; call inside a write. */
  trimAsks(nowMs: number): void {
    for (const { key, value } of this.db.getRange({ ...asksOf(this.id), limit: TRIM_STEP_ENTRIES })) {
      const { atMs } = JSON.parse(value.toString()) as AsksRow;
      if (atMs < nowMs - this.limits.asksAgeMaxMs) void this.db.remove(key);
    }
  }

  hasOldAsks(nowMs: number): boolean {
    for (const { value } of this.db.getRange({ ...asksOf(this.id), limit: 1 })) {
      return (JSON.parse(value.toString()) as AsksRow).atMs < nowMs - this.limits.asksAgeMaxMs;
    }
    return false;
  }
}

interface DecodedRow {
  readonly bytes: Buffer;
  readonly entries: readonly RowEntry[];
}

/** The row read last, since neighbours are read after each other, and rows that were read on the way, each until it was used. */
export class RowCache {
  readonly #preloaded = new Map<number, DecodedRow>();
  readonly #snapshots = new Map<string, Buffer>();
  #bytesLeft = PRELOAD_BYTES_MAX;
  #first = 0;
  #row: DecodedRow | undefined;

  preload(first: number, row: DecodedRow): void {
    this.#bytesLeft -= row.bytes.length;
    if (this.#bytesLeft > 0) this.#preloaded.set(first, row);
  }

  preloadSnapshot(key: string, row: Buffer): void {
    this.#bytesLeft -= row.length;
    if (this.#bytesLeft > 0) this.#snapshots.set(key, row);
  }

  /** Unless another revision has come meanwhile. */
  takeSnapshot(key: string, revision: number): Buffer | undefined {
    const row = this.#snapshots.get(key);
    this.#snapshots.delete(key);
    return row && snapshotHeader(row).revision === revision ? row : undefined;
  }

  row(first: number, read: () => Buffer | undefined): DecodedRow | undefined {
    if (this.#first === first) return this.#row;
    const bytes = this.#preloaded.has(first) ? undefined : read();
    this.#row = bytes ? { bytes, entries: rowEntries(bytes) } : this.#preloaded.get(first);
    this.#preloaded.delete(first);
    this.#first = first;
    return this.#row;
  }
}

function asksOfRow(row: Buffer): AskRecord[] {
  const asks: AskRecord[] = [];
  for (const entry of rowEntries(row)) {
    const askId = askIdOf(row, entry);
    const { slot, revision, key } = entry;
    if (askId !== undefined && key !== undefined) asks.push({ askId, slot, revision, key });
  }
  return asks;
}
