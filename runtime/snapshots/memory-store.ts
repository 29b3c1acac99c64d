/** Snapshots in memory, with a pretended disk that can be slow, lose its tail or answer nothing. No promise of Node's I/O is used: a seed decides everything. */
import { type Clock, sleep } from '../process/clock.js';
import type { Turn } from '../process/turn.js';
import { FlushQueue } from './flush-queue.js';
import { DurableType } from './memory-durable.js';
import {
  type AskRecord,
  type CommitEntry,
  type CommitOutcome,
  type GenerationRecord,
  type LogEntry,
  type LogRead,
  type Newest,
  type OwnerToken,
  type SnapshotStore,
  type StoredSnapshot,
  type StoreType,
  UnknownOutcomeError,
} from './snapshot-store.js';
import { type BatchFate, NO_FAULTS, type StoreFaults } from './store-faults.js';
import { STORE_LIMITS, type StoreLimits } from './store-limits.js';
import { type Accepted, type Decision, TypeLedger } from './type-ledger.js';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly turn: Turn;
  /** Of the process life that opens it. */
  readonly incarnation: string;
  readonly faults?: StoreFaults;
  readonly limits?: Partial<StoreLimits>;
  /** Told what has just become durable, in revision order: how a simulation knows the truth. */
  readonly onDurable?: (type: StoreType, entries: readonly LogEntry[]) => void;
}

type Batches = ReadonlyMap<StoreType, readonly CommitEntry[]>;
type Outcomes = ReadonlyMap<StoreType, readonly CommitOutcome[] | Error>;

export class MemoryStore implements SnapshotStore {
  readonly #clock: Clock;
  readonly #faults: StoreFaults;
  readonly #limits: StoreLimits;
  readonly #queue: FlushQueue;
  readonly #onDurable: MemoryStoreOptions['onDurable'];
  readonly #durable = new Map<StoreType, DurableType>();
  readonly #records = new Map<string, Uint8Array>();
  #ledgers = new Map<StoreType, TypeLedger>();
  #runId: string;
  /** The types that this server life may commit to. */
  #raised = new Set<StoreType>();
  #fresh = true;
  #life = 0;

  constructor({ clock, turn, incarnation, faults, limits, onDurable }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#faults = faults ?? NO_FAULTS;
    this.#limits = { ...STORE_LIMITS, ...limits };
    this.#queue = new FlushQueue(clock, turn);
    this.#runId = incarnation;
    this.#onDurable = onDurable;
  }

  /** The machine stops: what was not flushed is gone, and its answers never come. Returns how many decisions were lost. */
  crash(): number {
    this.#life++;
    return this.#queue.crash();
  }

  /**
   * A new server process over what was durable. `raised`: with the next generation begun, as an embedded store opens; else commits are answered
   * with `generation` and claims with nothing until `raise`, as a server's clients find it.
   */
  reopen(incarnation: string, raised = true): void {
    this.crash();
    this.#runId = incarnation;
    this.#fresh = false;
    this.#raised = new Set();
    this.#ledgers = new Map([...this.#durable].map(([type, durable]) => [type, durable.ledger()]));
    if (raised) for (const type of this.#ledgers.keys()) this.#raise(type, 0)();
  }

  async commit(type: StoreType, entries: readonly CommitEntry[]): Promise<readonly CommitOutcome[]> {
    const outcomes = (await this.commitAll(new Map([[type, entries]]))).get(type);
    if (outcomes instanceof Error) throw outcomes;
    return outcomes ?? [];
  }

  commitAll(batches: Batches): Promise<Outcomes> {
    const fate = this.#faults.fateOf([...batches.keys()]);
    if (fate.kind === 'unknown') return this.#commitUnanswered(batches, fate);
    return new Promise((resolve) => {
      this.#decide(batches, fate.kind === 'full', fate.kind === 'flushed' ? fate.afterMs : 0, resolve);
    });
  }

  async #commitUnanswered(batches: Batches, fate: BatchFate & { kind: 'unknown' }): Promise<Outcomes> {
    const life = this.#life;
    const takeEffect = () => {
      if (life === this.#life) this.#decide(batches, false, 0, () => {});
    };
    if (fate.effect === 'now') this.#decide(batches, false, fate.effectAfterMs, () => {});
    if (fate.effect === 'late') this.#clock.after(fate.effectAfterMs, takeEffect);
    await sleep(this.#clock, fate.answerAfterMs);
    const error = () => new UnknownOutcomeError('the store did not answer');
    return new Map([...batches.keys()].map((type) => [type, error()]));
  }

  #decide(batches: Batches, full: boolean, afterMs: number, answer: (outcomes: Outcomes) => void): void {
    const decisions = [...batches].map(([type, entries]) => [type, this.#decideType(type, entries, full)] as const);
    this.#queue.add(afterMs, () => {
      for (const [type, decision] of decisions) {
        if (!(decision instanceof Error)) this.#append(type, decision.accepted);
      }
      answer(new Map(decisions.map(([type, made]) => [type, made instanceof Error ? made : made.outcomes])));
    });
  }

  #append(type: StoreType, accepted: readonly Accepted[]): void {
    this.#durableOf(type).append(accepted, this.#clock.now());
    if (accepted.length > 0)
      this.#onDurable?.(
        type,
        accepted.map(({ log }) => log),
      );
  }

  #decideType(type: StoreType, entries: readonly CommitEntry[], full: boolean): Decision | Error {
    if (!this.#mayWrite(type)) return { outcomes: entries.map(() => ({ kind: 'generation' })), accepted: [] };
    try {
      return this.#ledgerOf(type).decide(entries, ({ write }) => full && write.kind === 'put');
    } catch (error) {
      return error as Error; // A batch above the limits is its caller's fault alone.
    }
  }

  /** A type that is new needs no raise: there was nothing to lose. */
  #mayWrite(type: StoreType): boolean {
    return this.#fresh || this.#raised.has(type) || !this.#durable.has(type);
  }

  async owner(type: StoreType, slot: number) {
    await this.#read();
    return { token: this.#ledgers.get(type)?.claims.owner(slot), leaseEnded: true };
  }

  async claim(
    type: StoreType,
    slots: readonly number[],
    incarnation: string,
    seen?: ReadonlyMap<number, OwnerToken | undefined>,
  ): Promise<ReadonlyMap<number, OwnerToken>> {
    if (!this.#mayWrite(type)) return new Map();
    const ledger = this.#ledgerOf(type);
    const granted = ledger.claims.claim(slots, incarnation, ledger.storeGeneration, seen);
    const durable = this.#durableOf(type);
    const marker = ledger.revision === 0 ? [ledger.marker()] : [];
    this.#raised.add(type);
    const copy = durable.copyFences(ledger);
    await this.#flushed('claim', () => {
      copy();
      this.#append(type, marker);
    });
    return granted;
  }

  async release(type: StoreType, slots: readonly number[], incarnation: string): Promise<void> {
    const ledger = this.#ledgerOf(type);
    ledger.claims.release(slots, incarnation);
    await this.#flushed('release', this.#durableOf(type).copyFences(ledger));
  }

  async setGuards(type: StoreType, guards: ReadonlyMap<string, string | null>): Promise<void> {
    const ledger = this.#ledgerOf(type);
    for (const [name, value] of guards) ledger.setGuard({ name, value });
    await this.#flushed('setGuards', this.#durableOf(type).copyFences(ledger));
  }

  async guard(type: StoreType, name: string): Promise<string | null> {
    await this.#read();
    return this.#durable.get(type)?.guards.get(name) ?? null;
  }

  async newest(types: readonly StoreType[]): Promise<ReadonlyMap<StoreType, Newest>> {
    await this.#read();
    return new Map(types.map((type) => [type, this.#newestOf(type)]));
  }

  #newestOf(type: StoreType): Newest {
    const durable = this.#durable.get(type);
    return {
      runId: this.#runId,
      storeGeneration: durable?.storeGeneration ?? 0,
      revision: durable?.revision ?? 0,
    };
  }

  async *load(type: StoreType, slots?: readonly number[]): AsyncIterable<readonly StoredSnapshot[]> {
    await this.#read();
    const wanted = slots && new Set(slots);
    const keys = [...(this.#durable.get(type)?.snapshots.keys() ?? [])];
    let page: StoredSnapshot[] = [];
    let bytes = 0;
    for (const key of keys) {
      const snapshot = this.#durable.get(type)?.snapshots.get(key);
      if (!snapshot || (wanted && !wanted.has(snapshot.slot))) continue;
      page.push(snapshot);
      bytes += snapshot.bytes.byteLength;
      if (page.length < this.#limits.pageEntriesMax && bytes < this.#limits.pageBytesMax) continue;
      yield page;
      await this.#read();
      page = [];
      bytes = 0;
    }
    if (page.length > 0) yield page;
  }

  async get(type: StoreType, key: string): Promise<StoredSnapshot | undefined> {
    await this.#read();
    return this.#durable.get(type)?.snapshots.get(key);
  }

  async readLog(type: StoreType, from: number, entriesMax: number): Promise<LogRead> {
    await this.#read();
    return this.#durable.get(type)?.readLog(from, entriesMax) ?? { kind: 'entries', entries: [], newest: 0 };
  }

  async asks(type: StoreType, slots: readonly number[]): Promise<readonly AskRecord[]> {
    await this.#read();
    return this.#durable.get(type)?.asks(slots, this.#clock.now()) ?? [];
  }

  async generations(type: StoreType): Promise<readonly GenerationRecord[]> {
    await this.#read();
    return this.#durable.get(type)?.generations ?? [];
  }

  async raise(types: readonly StoreType[], seenGeneration: number): Promise<void> {
    const due = types.filter((type) => !this.#mayWrite(type));
    const copies = due.map((type) => this.#raise(type, seenGeneration));
    await this.#flushed('raise', () => {
      for (const copy of copies) copy();
    });
  }

  #raise(type: StoreType, seenGeneration: number): () => void {
    const ledger = this.#ledgerOf(type);
    ledger.raise(seenGeneration, this.#clock.now());
    this.#raised.add(type);
    return this.#durableOf(type).copyFences(ledger);
  }

  async types(): Promise<readonly StoreType[]> {
    await this.#read();
    return [...this.#durable].filter(([, { revision }]) => revision > 0).map(([type]) => type);
  }

  async getRecord(name: string): Promise<Uint8Array | undefined> {
    await this.#read();
    return this.#records.get(name);
  }

  async putRecord(name: string, bytes: Uint8Array): Promise<void> {
    await this.#flushed('putRecord', () => this.#records.set(name, bytes));
  }

  async close(): Promise<void> {
    this.#queue.flushNow();
  }

  #ledgerOf(type: StoreType): TypeLedger {
    let ledger = this.#ledgers.get(type);
    if (!ledger) this.#ledgers.set(type, (ledger = new TypeLedger(this.#limits)));
    return ledger;
  }

  #durableOf(type: StoreType): DurableType {
    let durable = this.#durable.get(type);
    if (!durable) this.#durable.set(type, (durable = new DurableType(this.#limits)));
    return durable;
  }

  #flushed(operation: 'claim' | 'release' | 'setGuards' | 'putRecord' | 'raise', apply: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.add(this.#faults.delayMs(operation), () => {
        apply();
        resolve();
      });
    });
  }

  async #read(): Promise<void> {
    const delayMs = this.#faults.delayMs('read');
    if (delayMs > 0) await sleep(this.#clock, delayMs);
  }
}
