/**
 * The port to durable state. One contract suite (test/contract/snapshot-store.ts) is passed by every adapter: memory, LMDB, and later Redis.
 * protocol.md's rules that live here: an exact owner token per commit, guards, check-only entries, the record of asks, the unknown outcome, the store generation.
 */
import type { Guard } from '../../schemas/messages/resource.js';

/** A type as the store knows it: `pods`, `deployments.apps`. Revisions are contiguous per type, from 1 (the marker). */
export type StoreType = string;

/** Proof of ownership of one shard (`type#slot`): the store accepts a commit only with exactly the recorded one. */
export interface OwnerToken {
  readonly storeGeneration: number;
  readonly epoch: number;
  /** Random id of the owning process's life. */
  readonly incarnation: string;
}

export function formatToken(token: OwnerToken): string {
  return `${token.storeGeneration}.${token.epoch}.${token.incarnation}`;
}

/** Labels and selectable fields of an object, as watches with selectors need them. */
export interface Selectables {
  readonly labels?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

export interface CommitEntry {
  readonly slot: number;
  readonly token: OwnerToken;
  /** The object's key; undefined for a marker (takes a revision, no object). */
  readonly key: string | undefined;
  /** The revision that the object must have now; 0 = must not exist; undefined = any (markers only). */
  readonly expected: number | undefined;
  readonly guards?: readonly Guard[];
  /** `put` and `delete` take a revision and go to the log; `check` only verifies token, guards and expected, and takes none. */
  readonly write:
    | { readonly kind: 'put'; readonly bytes: Uint8Array }
    | { readonly kind: 'delete'; readonly bytes: Uint8Array }
    | { readonly kind: 'marker' }
    | { readonly kind: 'check' };
  /** Before the write; absent for creates. */
  readonly previous?: Selectables;
  /** Of the bytes written, so that readers of the log need not parse. */
  readonly selectables?: Selectables;
  /** Recorded for repeats. */
  readonly askId?: string;
}

export type CommitOutcome =
  /** Durable as configured. `revision` is the new one, or the newest of the type for a check. */
  | { readonly kind: 'committed'; readonly storeGeneration: number; readonly revision: number }
  | { readonly kind: 'not-owner' }
  | { readonly kind: 'guard-failed'; readonly guard: Guard; readonly found: string | null }
  | { readonly kind: 'conflict'; readonly found: number }
  /** Another server process or a restored store: nothing was written; raise the generation first. */
  | { readonly kind: 'generation' }
  /** Above the store's limit (disk or memory) for this kind of write: nothing was written. */
  | { readonly kind: 'full' };

/** Thrown when the answer did not come: the commit may or may not have happened, now or later, until the shard's claim is renewed. Never "failed". */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
}

/** Thrown by `open` for a folder or server that can't be used; `message` is one line with the cause and the remedy. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError';
}

export interface StoredSnapshot {
  readonly key: string;
  readonly slot: number;
  readonly revision: number;
  readonly storeGeneration: number;
  /** Without resourceVersion: readers splice it in (schemas/meta/splice.ts). */
  readonly bytes: Uint8Array;
}

export interface LogEntry {
  readonly revision: number;
  readonly storeGeneration: number;
  readonly kind: 'put' | 'delete' | 'marker';
  readonly key: string | undefined;
  /** After a put; the last object for a delete. */
  readonly bytes: Uint8Array | undefined;
  readonly previous: Selectables | undefined;
  readonly selectables: Selectables | undefined;
  /** The key's previous revision (0 for a create), so that a reader can undo the entry. */
  readonly previousRevision: number;
}

/** `behind`: the log no longer reaches back to the revision after `from`. */
export type LogRead =
  | { readonly kind: 'entries'; readonly entries: readonly LogEntry[]; readonly newest: number }
  | { readonly kind: 'behind'; readonly oldest: number };

export interface Newest {
  /** Identity of the server process that answered (Redis run_id, or the embedded incarnation). */
  readonly runId: string;
  readonly storeGeneration: number;
  readonly revision: number;
}

export interface AskRecord {
  readonly askId: string;
  readonly slot: number;
  readonly revision: number;
  readonly key: string;
}

export interface GenerationRecord {
  readonly storeGeneration: number;
  /** The newest revision that survived when this generation began. */
  readonly startedAfter: number;
}

export interface SnapshotStore {
  /** All checks of a batch come first, each entry's alone; then the writes of those that passed, atomically. Outcomes are in the order of the entries, and come when they are durable.
   *  Batches of one type become visible and durable in revision order. Throws UnknownOutcomeError. */
  commit(type: StoreType, entries: readonly CommitEntry[]): Promise<readonly CommitOutcome[]>;

  /** Several types' batches of one turn; an adapter may make them one transaction. */
  commitAll(
    batches: ReadonlyMap<StoreType, readonly CommitEntry[]>,
  ): Promise<ReadonlyMap<StoreType, readonly CommitOutcome[] | Error>>;

  /** The recorded owner's token, and whether its lease is gone (always true in the embedded store, where the lock proves it). */
  owner(
    type: StoreType,
    slot: number,
  ): Promise<{ readonly token: OwnerToken | undefined; readonly leaseEnded: boolean }>;

  /** Records a token with epoch + 1 if the recorded one is still `seen`; undefined if it is not. A type that is new gets its marker (revision 1) with its first claim. */
  claim(
    type: StoreType,
    slots: readonly number[],
    incarnation: string,
    seen?: ReadonlyMap<number, OwnerToken | undefined>,
  ): Promise<ReadonlyMap<number, OwnerToken>>;

  /** Gives a shard back: the next claim need not wait for the lease. */
  release(type: StoreType, slots: readonly number[], incarnation: string): Promise<void>;

  setGuards(type: StoreType, guards: ReadonlyMap<string, string | null>): Promise<void>;
  guard(type: StoreType, name: string): Promise<string | null>;

  /** Durable heads, read after the call. */
  newest(types: readonly StoreType[]): Promise<ReadonlyMap<StoreType, Newest>>;

  /** In pages of bounded bytes; keys in no promised order. A consumer that pauses holds no transaction open. */
  load(type: StoreType, slots?: readonly number[]): AsyncIterable<readonly StoredSnapshot[]>;

  get(type: StoreType, key: string): Promise<StoredSnapshot | undefined>;

  /** At most `entriesMax` entries with revision > `from`, in order, durable ones only. */
  readLog(type: StoreType, from: number, entriesMax: number): Promise<LogRead>;

  /** Asks recorded in the last 60 s for these slots. */
  asks(type: StoreType, slots: readonly number[]): Promise<readonly AskRecord[]>;

  generations(type: StoreType): Promise<readonly GenerationRecord[]>;

  /** Begins a new generation if the recorded run id is not this server's. Voids all claims and the guards of bidders and auctioneers. Idempotent. */
  raise(types: readonly StoreType[], seenGeneration: number): Promise<void>;

  /** Every type that was ever committed to. */
  types(): Promise<readonly StoreType[]>;

  /** Small named records of the cluster beside the types (CA and signing keys, cluster id, chosen ranges). Durable when resolved. */
  getRecord(name: string): Promise<Uint8Array | undefined>;
  putRecord(name: string, bytes: Uint8Array): Promise<void>;

  /** Flushes and releases the lock. */
  close(): Promise<void>;
}
