/**
 * What a store knows of one type, as decided: ahead of the disk by what is being flushed. The rules of a commit live here once, for every
 * store that has a single writer (memory, LMDB); the stores add when a decision is durable.
 */
import assert from 'node:assert/strict';
import type { Guard } from '../../schemas/messages/resource.js';
import { Claims, sameToken } from './claims.js';
import type { CommitEntry, CommitOutcome, GenerationRecord, LogEntry } from './snapshot-store.js';
import { STORE_LIMITS, type StoreLimits } from './store-limits.js';

/** Where an object stands. `batch` is for the store's own use: where its bytes are. */
export interface Head {
  readonly revision: number;
  readonly slot: number;
  readonly storeGeneration: number;
  readonly batch: number;
}

/** An entry that passed its checks, with the revision that it took. */
export interface Accepted {
  readonly log: LogEntry;
  readonly slot: number;
  readonly askId: string | undefined;
}

export interface Decision {
  readonly outcomes: readonly CommitOutcome[];
  readonly accepted: readonly Accepted[];
}

/** What the store refuses beyond its checks: its own room. */
export type Refusal = (entry: CommitEntry) => boolean;

const MINUTES_ZERO_MS = Date.UTC(2026, 0, 1);

/** Guards that say who serves what right now end with a generation; a closed namespace stays closed. */
export const endsWithGeneration = (guard: string) => guard.startsWith('node/') || guard.startsWith('auctioneer/');

export class TypeLedger {
  revision = 0;
  storeGeneration = 0;
  generations: readonly GenerationRecord[] = [];
  claims = new Claims();
  readonly guards = new Map<string, string>();
  readonly heads = new Map<string, Head>();

  constructor(readonly limits: StoreLimits = STORE_LIMITS) {}

  /** All checks first, then the writes of the entries that passed. Broken limits are broken invariants of the caller. */
  decide(entries: readonly CommitEntry[], refuses: Refusal, batch = this.revision + 1): Decision {
    assertWithinLimits(entries, this.limits);
    const refusals = entries.map((entry) => this.#whyRefused(entry, refuses));
    const written = new Map<string, number>();
    const accepted: Accepted[] = [];
    const outcomes = entries.map((entry, i): CommitOutcome => {
      const refusal = refusals[i] ?? writtenBefore(entry, written);
      if (refusal) return refusal;
      if (entry.write.kind === 'check') return this.#committed(-1);
      accepted.push(this.#write(entry, batch));
      if (entry.key !== undefined) written.set(entry.key, this.revision);
      return this.#committed(this.revision);
    });
    return { outcomes: outcomes.map((outcome) => this.#withNewest(outcome)), accepted };
  }

  #committed(revision: number): CommitOutcome {
    return { kind: 'committed', storeGeneration: this.storeGeneration, revision };
  }

  /** A check tells the newest revision, which is known once the batch's writes are counted. */
  #withNewest(outcome: CommitOutcome): CommitOutcome {
    return outcome.kind === 'committed' && outcome.revision < 0 ? this.#committed(this.revision) : outcome;
  }

  #whyRefused(entry: CommitEntry, refuses: Refusal): CommitOutcome | undefined {
    if (!sameToken(entry.token, this.claims.owner(entry.slot))) return { kind: 'not-owner' };
    for (const guard of entry.guards ?? []) {
      const found = this.guards.get(guard.name) ?? null;
      if (found !== guard.value) return { kind: 'guard-failed', guard, found };
    }
    if (entry.key !== undefined && entry.expected !== undefined) {
      const found = this.heads.get(entry.key)?.revision ?? 0;
      if (found !== entry.expected) return { kind: 'conflict', found };
    }
    return refuses(entry) ? { kind: 'full' } : undefined;
  }

  #write({ key, slot, write, previous, selectables, askId }: CommitEntry, batch: number): Accepted {
    const { storeGeneration, heads } = this;
    const revision = ++this.revision;
    const previousRevision = key === undefined ? 0 : (heads.get(key)?.revision ?? 0);
    if (key !== undefined && write.kind === 'put') heads.set(key, { revision, slot, storeGeneration, batch });
    if (key !== undefined && write.kind === 'delete') heads.delete(key);
    const kind = write.kind as LogEntry['kind'];
    const bytes = write.kind === 'put' || write.kind === 'delete' ? write.bytes : undefined;
    return {
      log: { revision, storeGeneration, kind, key, bytes, previous, selectables, previousRevision },
      slot,
      askId,
    };
  }

  /** The first revision of a new type, of no object. */
  marker(): Accepted {
    return this.#write(
      {
        slot: 0,
        token: { storeGeneration: 0, epoch: 0, incarnation: '' },
        key: undefined,
        expected: undefined,
        write: { kind: 'marker' },
      },
      this.revision + 1,
    );
  }

  setGuard({ name, value }: Guard): void {
    if (value === null) this.guards.delete(name);
    else this.guards.set(name, value);
  }

  /** A new generation: larger than any seen, and than any that a restored backup can have missed. */
  raise(seenGeneration: number, nowMs: number): void {
    const minutes = Math.max(0, Math.floor((nowMs - MINUTES_ZERO_MS) / 60_000));
    this.storeGeneration = Math.max(Math.max(this.storeGeneration, seenGeneration) + 1, minutes);
    const record = { storeGeneration: this.storeGeneration, startedAfter: this.revision };
    this.generations = [...this.generations, record].slice(-this.limits.generationsMax);
    this.claims.voidAll();
    for (const name of this.guards.keys()) if (endsWithGeneration(name)) this.guards.delete(name);
  }
}

/** Two writes of one object in one batch: the second saw what the first has replaced. */
function writtenBefore(entry: CommitEntry, written: ReadonlyMap<string, number>): CommitOutcome | undefined {
  const found = entry.key === undefined || entry.write.kind === 'check' ? undefined : written.get(entry.key);
  return found === undefined ? undefined : { kind: 'conflict', found };
}

const bytesOf = ({ write }: CommitEntry) => ('bytes' in write ? write.bytes.byteLength : 0);

function assertWithinLimits(entries: readonly CommitEntry[], limits: StoreLimits): void {
  assert(entries.length <= limits.batchEntriesMax, `a batch holds at most ${limits.batchEntriesMax} entries`);
  let bytes = 0;
  for (const entry of entries) {
    bytes += bytesOf(entry);
    const writesObject = entry.write.kind === 'put' || entry.write.kind === 'delete';
    assert(
      !writesObject || (entry.key !== undefined && entry.expected !== undefined),
      'a write names key and revision',
    );
  }
  const most = entries.length === 1 ? limits.entryBytesMax : limits.batchBytesMax;
  assert(bytes <= most, `a batch of ${entries.length} entries holds at most ${most} bytes, not ${bytes}`);
}
