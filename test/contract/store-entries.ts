/** Short ways to say what a contract test commits and reads. */
import type {
  CommitEntry,
  CommitOutcome,
  LogEntry,
  OwnerToken,
  SnapshotStore,
  StoredSnapshot,
} from '../../runtime/snapshots/snapshot-store.js';

export const TYPE = 'pods';
export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const text = (value: Uint8Array | undefined) =>
  value === undefined ? undefined : Buffer.from(value).toString();

/** Claims slot 0 (or another) of a type. */
export async function owned(store: SnapshotStore, incarnation: string, slot = 0, type = TYPE): Promise<OwnerToken> {
  const token = (await store.claim(type, [slot], incarnation)).get(slot);
  if (!token) throw new Error('the claim of a free slot was refused');
  return token;
}

type More = Partial<Pick<CommitEntry, 'slot' | 'guards' | 'askId' | 'previous' | 'selectables'>>;

export const put = (token: OwnerToken, key: string, expected: number, body = key, more: More = {}): CommitEntry => ({
  slot: 0,
  token,
  key,
  expected,
  write: { kind: 'put', bytes: bytes(body) },
  ...more,
});

export const del = (token: OwnerToken, key: string, expected: number, more: More = {}): CommitEntry => ({
  ...put(token, key, expected, key, more),
  write: { kind: 'delete', bytes: bytes(`last of ${key}`) },
});

export const checkOnly = (token: OwnerToken, key: string, expected: number, more: More = {}): CommitEntry => ({
  ...put(token, key, expected, key, more),
  write: { kind: 'check' },
});

export const marker = (token: OwnerToken): CommitEntry => ({
  slot: 0,
  token,
  key: undefined,
  expected: undefined,
  write: { kind: 'marker' },
});

/** The outcome of one entry. */
export async function commitOne(store: SnapshotStore, entry: CommitEntry, type = TYPE): Promise<CommitOutcome> {
  const [outcome] = await store.commit(type, [entry]);
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

/** The revision of one entry that must pass. */
export async function revisionOf(store: SnapshotStore, entry: CommitEntry, type = TYPE): Promise<number> {
  const outcome = await commitOne(store, entry, type);
  if (outcome.kind !== 'committed') throw new Error(`expected a commit, got ${JSON.stringify(outcome)}`);
  return outcome.revision;
}

export async function loadAll(store: SnapshotStore, slots?: readonly number[], type = TYPE): Promise<StoredSnapshot[]> {
  const all: StoredSnapshot[] = [];
  for await (const page of store.load(type, slots)) all.push(...page);
  return all.sort((a, b) => (a.key < b.key ? -1 : 1));
}

export async function logAfter(store: SnapshotStore, from: number, type = TYPE): Promise<readonly LogEntry[]> {
  const read = await store.readLog(type, from, 1_000_000);
  if (read.kind === 'behind') throw new Error(`the log begins at ${read.oldest}, not after ${from}`);
  return read.entries;
}

export async function newestRevision(store: SnapshotStore, type = TYPE): Promise<number> {
  return (await store.newest([type])).get(type)?.revision ?? -1;
}
