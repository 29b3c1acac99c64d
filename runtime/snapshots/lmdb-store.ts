/**
 * Snapshots in one LMDB file: the embedded store. A commit is one row of the log per type and turn; a snapshot row is written only when the log row that
 * holds an object's bytes is trimmed, so that bytes go to disk once. Where each object stands is kept in memory, since this is the only writer.
 */
import type { Clock, Timer } from '../process/clock.js';
import type { Turn } from '../process/turn.js';
import { FreeSpace } from './free-space.js';
import { claimsKey, guardKey, recordKey, typeKey } from './lmdb-keys.js';
import { type OpenedFile, type OpenOptions, openFile } from './lmdb-open.js';
import { LmdbType, RowCache } from './lmdb-type.js';
import { LmdbWriter } from './lmdb-writer.js';
import { RowBuffers } from './row-buffers.js';
import {
  type AskRecord,
  type CommitEntry,
  type CommitOutcome,
  type GenerationRecord,
  type LogRead,
  type Newest,
  type OwnerToken,
  type SnapshotStore,
  type StoredSnapshot,
  type StoreType,
  UnknownOutcomeError,
} from './snapshot-store.js';
import { STORE_LIMITS, type StoreLimits } from './store-limits.js';
import type { Accepted, Refusal } from './type-ledger.js';

export interface LmdbStoreOptions extends OpenOptions {
  readonly turn: Turn;
  /** Answers once a commit is visible instead of durable: a crash of the machine may lose it. */
  readonly noFlushWait?: boolean;
  /** The disk failed or another process took the folder: the process must end. Throws out of the event loop by default. */
  readonly onFatal?: (error: Error) => void;
}

type Batches = ReadonlyMap<StoreType, readonly CommitEntry[]>;
type Outcomes = ReadonlyMap<StoreType, readonly CommitOutcome[] | Error>;

interface Waiting {
  readonly batches: Batches;
  readonly answer: (outcomes: Outcomes) => void;
}

interface PendingRow {
  readonly accepted: Accepted[];
  bytes: number;
}

/** The one that is being flushed and the next; what comes meanwhile gathers for the one after. */
const TRANSACTIONS_IN_FLIGHT_MAX = 2;
const ROW_BYTES_MAX = 1_048_576;
const SWEEP_EVERY_MS = 30_000;

export class LmdbStore implements SnapshotStore {
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #limits: StoreLimits;
  readonly #file: OpenedFile;
  readonly #writer: LmdbWriter;
  readonly #types: Map<StoreType, LmdbType>;
  readonly #space: FreeSpace;
  readonly #buffers = new RowBuffers();
  #waiting: Waiting[] = [];
  #scheduled = false;
  #closed = false;
  #sweep: Timer;

  /** Throws StoreUnusableError, and leaves alone what it refuses. */
  static async open(options: LmdbStoreOptions): Promise<LmdbStore> {
    return new LmdbStore(options, await openFile({ ...options, limits: { ...STORE_LIMITS, ...options.limits } }));
  }

  private constructor(options: LmdbStoreOptions, file: OpenedFile) {
    this.#clock = options.clock;
    this.#turn = options.turn;
    this.#limits = { ...STORE_LIMITS, ...options.limits };
    this.#file = file;
    this.#types = file.types;
    this.#space = new FreeSpace(options.directory, options.clock);
    const onFatal = options.onFatal ?? throwOutside;
    this.#writer = new LmdbWriter(file.db, file.lifeKey, !options.noFlushWait, onFatal);
    this.#sweep = this.#clock.after(SWEEP_EVERY_MS, () => this.#sweepAll());
  }

  /** Whether the store was empty, or closed by the process that had it last: then nothing that was acknowledged can be missing elsewhere. */
  get openedClean(): boolean {
    return this.#file.clean;
  }

  async commit(type: StoreType, entries: readonly CommitEntry[]): Promise<readonly CommitOutcome[]> {
    const outcomes = (await this.commitAll(new Map([[type, entries]]))).get(type);
    if (outcomes instanceof Error) throw outcomes;
    return outcomes ?? [];
  }

  commitAll(batches: Batches): Promise<Outcomes> {
    return new Promise((answer) => {
      this.#waiting.push({ batches, answer });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    if (this.#writer.transactionsInFlight >= TRANSACTIONS_IN_FLIGHT_MAX) return; // Whoever ends will call again.
    this.#scheduled = true;
    this.#turn.afterThisTurn(() => {
      this.#scheduled = false;
      this.#commitWaiting();
    });
  }

  /** Decides everything that waits, and writes it as one transaction. */
  #commitWaiting(): void {
    const waiting = this.#waiting.splice(0);
    const rows = new Map<StoreType, PendingRow[]>();
    const answers = waiting.map(({ batches, answer }) => {
      const outcomes = new Map<StoreType, readonly CommitOutcome[] | Error>();
      for (const [type, entries] of batches) outcomes.set(type, this.#decide(type, entries, rows));
      return { batches, answer: () => answer(outcomes), fail: (error: Error) => answer(allFailed(batches, error)) };
    });
    const answerAll = () => {
      for (const { answer } of answers) answer();
      this.#trim(rows.keys());
      this.#schedule();
    };
    const failAll = (error: Error) => {
      for (const { fail } of answers) fail(error);
    };
    if (rows.size === 0 && this.#writer.transactionsInFlight === 0) answerAll();
    else this.#write(() => this.#putRows(rows), answerAll, failAll);
  }

  #decide(
    type: StoreType,
    entries: readonly CommitEntry[],
    rows: Map<StoreType, PendingRow[]>,
  ): readonly CommitOutcome[] | Error {
    try {
      if (this.#closed) throw new UnknownOutcomeError('the store is closed');
      const known = this.#types.get(type);
      if (!known) return entries.map(() => ({ kind: 'not-owner' }));
      known.loadHeads();
      const typeRows = rows.get(type) ?? [];
      const row = openRow(typeRows);
      const { outcomes, accepted } = known.ledger.decide(entries, this.#refusal(), row.accepted[0]?.log.revision);
      if (accepted.length === 0) return outcomes;
      addTo(row, accepted);
      if (!typeRows.includes(row)) typeRows.push(row);
      rows.set(type, typeRows);
      return outcomes;
    } catch (error) {
      return error as Error;
    }
  }

  #refusal(): Refusal {
    const free = this.#space.bytes();
    const { freeDiskForCreatesMin, freeDiskForUpdatesMin } = this.#limits;
    if (free >= freeDiskForCreatesMin) return () => false;
    return ({ write, expected }) => write.kind === 'put' && (expected === 0 || free < freeDiskForUpdatesMin);
  }

  #putRows(rows: ReadonlyMap<StoreType, readonly PendingRow[]>): () => void {
    const nowMs = this.#clock.now();
    const done: (() => void)[] = [];
    for (const [type, typeRows] of rows) {
      for (const row of typeRows) done.push(this.#typeOf(type).append(row.accepted, nowMs, this.#buffers));
    }
    return () => {
      for (const flushed of done) flushed();
    };
  }

  /** `fill` returns what to call at the flush, before the answer. */
  #write(fill: () => () => void, done: () => void, failed: (error: Error) => void): void {
    let flushed: () => void = () => {};
    this.#writer.write(
      () => {
        flushed = fill();
      },
      () => {
        flushed();
        done();
        this.#schedule();
      },
      failed,
    );
  }

  #written(fill: () => (() => void) | void): Promise<void> {
    if (this.#closed) return Promise.reject(new UnknownOutcomeError('the store is closed'));
    return new Promise((resolve, reject) => this.#write(() => fill() ?? (() => {}), resolve, reject));
  }

  #trim(types: Iterable<StoreType>): void {
    if (this.#closed) return;
    const nowMs = this.#clock.now();
    for (const name of types) {
      const type = this.#typeOf(name);
      if (!type.mustTrim(nowMs)) continue;
      this.#write(
        () => type.trimStep(nowMs),
        () => this.#trim([name]),
        () => {},
      );
    }
  }

  #sweepAll(): void {
    const nowMs = this.#clock.now();
    this.#trim(this.#types.keys());
    for (const type of this.#types.values()) {
      if (type.hasOldAsks(nowMs))
        this.#write(
          () => (type.trimAsks(nowMs), () => {}),
          () => {},
          () => {},
        );
    }
    this.#sweep = this.#clock.after(SWEEP_EVERY_MS, () => this.#sweepAll());
  }

  /** A type of its own number, written by the first write about it. */
  #typeOf(name: StoreType): LmdbType {
    let type = this.#types.get(name);
    if (!type) {
      type = new LmdbType(name, this.#types.size + 1, this.#file.db, this.#limits);
      this.#types.set(name, type);
    }
    return type;
  }

  async owner(type: StoreType, slot: number) {
    return { token: this.#types.get(type)?.ledger.claims.owner(slot), leaseEnded: true };
  }

  async claim(
    name: StoreType,
    slots: readonly number[],
    incarnation: string,
    seen?: ReadonlyMap<number, OwnerToken | undefined>,
  ): Promise<ReadonlyMap<number, OwnerToken>> {
    const type = this.#typeOf(name);
    const { ledger } = type;
    const granted = ledger.claims.claim(slots, incarnation, ledger.storeGeneration, seen);
    const marker = ledger.revision === 0 ? [ledger.marker()] : undefined;
    await this.#written(() => {
      void this.#file.db.put(typeKey(type.id), type.record());
      void this.#file.db.put(claimsKey(type.id), type.claimsRecord());
      return marker && type.append(marker, this.#clock.now(), this.#buffers);
    });
    return granted;
  }

  async release(name: StoreType, slots: readonly number[], incarnation: string): Promise<void> {
    const type = this.#types.get(name);
    if (!type) return;
    type.ledger.claims.release(slots, incarnation);
    await this.#written(() => void this.#file.db.put(claimsKey(type.id), type.claimsRecord()));
  }

  async setGuards(name: StoreType, guards: ReadonlyMap<string, string | null>): Promise<void> {
    const type = this.#typeOf(name);
    const { db } = this.#file;
    for (const [guard, value] of guards) type.ledger.setGuard({ name: guard, value });
    await this.#written(() => {
      void db.put(typeKey(type.id), type.record());
      for (const [guard, value] of guards) {
        void (value === null
          ? db.remove(guardKey(type.id, guard))
          : db.put(guardKey(type.id, guard), Buffer.from(value)));
      }
    });
  }

  async guard(type: StoreType, name: string): Promise<string | null> {
    await this.#writer.settled();
    return this.#types.get(type)?.ledger.guards.get(name) ?? null;
  }

  async newest(types: readonly StoreType[]): Promise<ReadonlyMap<StoreType, Newest>> {
    return new Map(types.map((type) => [type, this.#newestOf(type)]));
  }

  #newestOf(name: StoreType): Newest {
    const type = this.#types.get(name);
    return {
      runId: this.#file.incarnation,
      storeGeneration: type?.ledger.storeGeneration ?? 0,
      revision: type?.flushedRevision ?? 0,
    };
  }

  async *load(name: StoreType, slots?: readonly number[]): AsyncIterable<readonly StoredSnapshot[]> {
    const type = this.#types.get(name);
    if (!type) return;
    const cache = new RowCache();
    const keys = type.keys(slots, cache);
    for (let next = 0; next < keys.length; ) {
      const page: StoredSnapshot[] = [];
      for (let bytes = 0; next < keys.length && page.length < this.#limits.pageEntriesMax; next++) {
        if (bytes >= this.#limits.pageBytesMax) break;
        const snapshot = type.read(keys[next] as string, cache);
        if (!snapshot) continue;
        page.push(snapshot);
        bytes += snapshot.bytes.byteLength;
      }
      await this.#durable(type, page);
      if (page.length > 0) yield page;
    }
  }

  async get(name: StoreType, key: string): Promise<StoredSnapshot | undefined> {
    const type = this.#types.get(name);
    if (!type) return undefined;
    const decided = type.ledger.revision;
    const snapshot = type.read(key);
    // Absence, too, may rest on a delete that is still being flushed.
    if (snapshot ? snapshot.revision > type.flushedRevision : decided > type.flushedRevision)
      await this.#writer.settled();
    return snapshot;
  }

  async #durable(type: LmdbType, page: readonly StoredSnapshot[]): Promise<void> {
    if (page.some(({ revision }) => revision > type.flushedRevision)) await this.#writer.settled();
  }

  async readLog(type: StoreType, from: number, entriesMax: number): Promise<LogRead> {
    return this.#types.get(type)?.readLog(from, entriesMax) ?? { kind: 'entries', entries: [], newest: 0 };
  }

  async asks(type: StoreType, slots: readonly number[]): Promise<readonly AskRecord[]> {
    return this.#types.get(type)?.asks(slots, this.#clock.now() - this.#limits.asksAgeMaxMs) ?? [];
  }

  async generations(type: StoreType): Promise<readonly GenerationRecord[]> {
    return this.#types.get(type)?.ledger.generations ?? [];
  }

  /** Nothing to do: opening has begun the generation, in the transaction that recorded this life. */
  async raise(): Promise<void> {}

  async types(): Promise<readonly StoreType[]> {
    return [...this.#types.values()].filter(({ flushedRevision }) => flushedRevision > 0).map(({ name }) => name);
  }

  /** `clean` is told, not kept: present if the last life closed the store. */
  async getRecord(name: string): Promise<Uint8Array | undefined> {
    if (name === 'clean') return this.#file.clean ? Buffer.from('true') : undefined;
    return this.#file.db.get(recordKey(name));
  }

  putRecord(name: string, bytes: Uint8Array): Promise<void> {
    return this.#written(() => void this.#file.db.put(recordKey(name), Buffer.from(bytes)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#sweep.cancel();
    while (this.#waiting.length > 0 || this.#scheduled) {
      await new Promise<void>((resolve) => this.#turn.afterThisTurn(resolve));
      await this.#writer.settled();
    }
    this.#closed = true;
    await this.#writer.settled();
    await this.#file.close();
  }
}

/** The row that still has room, or a new one. */
function openRow(rows: readonly PendingRow[]): PendingRow {
  const last = rows.at(-1);
  return last && last.bytes < ROW_BYTES_MAX ? last : { accepted: [], bytes: 0 };
}

function addTo(row: PendingRow, accepted: readonly Accepted[]): void {
  for (const entry of accepted) {
    row.accepted.push(entry);
    row.bytes += entry.log.bytes?.byteLength ?? 0;
  }
}

const allFailed = (batches: Batches, error: Error): Outcomes =>
  new Map([...batches.keys()].map((type) => [type, error]));

function throwOutside(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
