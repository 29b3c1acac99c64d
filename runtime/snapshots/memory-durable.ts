/** What a memory store would find after a crash: per type the snapshots, the log and the records, changed only by what was flushed. */
import { type Claim, Claims } from './claims.js';
import type { AskRecord, GenerationRecord, LogEntry, LogRead, StoredSnapshot } from './snapshot-store.js';
import type { StoreLimits } from './store-limits.js';
import { type Accepted, TypeLedger } from './type-ledger.js';

interface TimedAsk extends AskRecord {
  readonly atMs: number;
}

interface TimedEntry {
  readonly entry: LogEntry;
  readonly atMs: number;
}

export class DurableType {
  revision = 0;
  storeGeneration = 0;
  generations: readonly GenerationRecord[] = [];
  claims: readonly (readonly [number, Claim])[] = [];
  guards: ReadonlyMap<string, string> = new Map();
  readonly snapshots = new Map<string, StoredSnapshot>();
  #log: TimedEntry[] = [];
  #logBytes = 0;
  #asks: TimedAsk[] = [];

  constructor(readonly limits: StoreLimits) {}

  append(accepted: readonly Accepted[], nowMs: number): void {
    for (const { log, slot, askId } of accepted) {
      this.revision = log.revision;
      this.#log.push({ entry: log, atMs: nowMs });
      this.#logBytes += log.bytes?.byteLength ?? 0;
      if (log.key === undefined) continue;
      if (log.kind === 'delete') this.snapshots.delete(log.key);
      else this.snapshots.set(log.key, { key: log.key, slot, ...stored(log) });
      if (askId !== undefined) this.#asks.push({ askId, slot, revision: log.revision, key: log.key, atMs: nowMs });
    }
    this.#trim(nowMs);
  }

  /** The claims, guards and generations as the ledger has them now. */
  copyFences(ledger: TypeLedger): () => void {
    const { storeGeneration, generations } = ledger;
    const claims = ledger.claims.entries();
    const guards = new Map(ledger.guards);
    return () => Object.assign(this, { storeGeneration, generations, claims, guards });
  }

  asks(slots: readonly number[], nowMs: number): AskRecord[] {
    const since = nowMs - this.limits.asksAgeMaxMs;
    return this.#asks
      .filter((ask) => ask.atMs >= since && slots.includes(ask.slot))
      .map(({ askId, slot, revision, key }) => ({ askId, slot, revision, key }));
  }

  readLog(from: number, entriesMax: number): LogRead {
    const oldest = this.revision - this.#log.length + 1;
    if (from + 1 < oldest) return { kind: 'behind', oldest };
    const start = Math.max(0, from + 1 - oldest);
    const entries = this.#log.slice(start, start + entriesMax).map(({ entry }) => entry);
    return { kind: 'entries', entries, newest: this.revision };
  }

  /** The newest entry stays, whatever its age. */
  #trim(nowMs: number): void {
    const { logEntriesMax, logBytesMax, logAgeMaxMs, asksAgeMaxMs } = this.limits;
    let gone = 0;
    while (gone < this.#log.length - 1) {
      const { entry, atMs } = this.#log[gone] as TimedEntry;
      const kept = this.#log.length - gone;
      if (kept <= logEntriesMax && this.#logBytes <= logBytesMax && atMs >= nowMs - logAgeMaxMs) break;
      this.#logBytes -= entry.bytes?.byteLength ?? 0;
      gone++;
    }
    if (gone > 0) this.#log = this.#log.slice(gone);
    const live = this.#asks.findIndex((ask) => ask.atMs >= nowMs - asksAgeMaxMs);
    if (live > 0) this.#asks = this.#asks.slice(live);
  }

  /** The ledger as a process that starts now would read it. */
  ledger(): TypeLedger {
    const ledger = new TypeLedger(this.limits);
    ledger.revision = this.revision;
    ledger.storeGeneration = this.storeGeneration;
    ledger.generations = this.generations;
    ledger.claims = new Claims(this.claims);
    for (const [name, value] of this.guards) ledger.guards.set(name, value);
    for (const [key, { revision, slot, storeGeneration }] of this.snapshots) {
      ledger.heads.set(key, { revision, slot, storeGeneration, batch: 0 });
    }
    return ledger;
  }
}

function stored({ revision, storeGeneration, bytes }: LogEntry) {
  return { revision, storeGeneration, bytes: bytes ?? new Uint8Array() };
}
