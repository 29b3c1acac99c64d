/** The same random operations on LMDB and in memory: outcomes, reads, logs and asks must be the same, over several lives and a log that is trimmed. */
import test, { type ExecutionContext } from 'ava';
import type { CommitEntry, OwnerToken, SnapshotStore } from '../../runtime/snapshots/snapshot-store.js';
import { openLmdb } from './lmdb-stage.js';
import { openMemory } from './memory-stage.js';
import type { StoreStage } from './snapshot-store.js';
import { checkOnly, del, loadAll, newestRevision, put, TYPE } from './store-entries.js';

const OPERATIONS = 150;
const LIMITS = { logEntriesMax: 15, pageEntriesMax: 7 };

/** A linear congruence: good enough to vary, and the same everywhere. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

class Pair {
  readonly #revisions = new Map<string, number>();
  #token: OwnerToken | undefined;
  #operation = 0;

  constructor(
    private readonly t: ExecutionContext,
    private stages: readonly StoreStage[],
    private readonly next: () => number,
  ) {}

  async #both<T>(operation: (store: SnapshotStore) => Promise<T>): Promise<T> {
    const [first, second] = await Promise.all(this.stages.map(({ store }) => operation(store)));
    this.t.deepEqual(first, second, `operation ${this.#operation}`);
    return first as T;
  }

  async #claim(): Promise<void> {
    const incarnation = this.stages[0]?.incarnation as string;
    this.#token = (await this.#both((store) => store.claim(TYPE, [0], incarnation))).get(0);
  }

  async #readAll(): Promise<void> {
    await this.#both(async (store) => (await loadAll(store)).map(plain));
    await this.#both((store) => store.asks(TYPE, [0]));
    await this.#both((store) => store.generations(TYPE));
    const from = Math.max(0, (await this.#both((store) => newestRevision(store))) - 5);
    await this.#both(async (store) => {
      const read = await store.readLog(TYPE, from, 4);
      return read.kind === 'behind' ? read : { ...read, entries: read.entries.map(plain) };
    });
  }

  #entry(): CommitEntry {
    const key = `k${Math.floor(this.next() * 20)}`;
    const present = this.#revisions.get(key) ?? 0;
    const expected = this.next() < 0.1 ? present + 1 : present;
    const right = this.#token as OwnerToken;
    const token = this.next() < 0.03 ? { ...right, epoch: right.epoch + 1 } : right;
    const more = { askId: `ask-${this.#operation}`, selectables: { labels: { at: String(this.#operation) } } };
    const kind = this.next();
    if (kind < 0.7 || present === 0) return put(token, key, expected, key.repeat(Math.floor(this.next() * 900)), more);
    return kind < 0.9 ? del(token, key, expected, more) : checkOnly(token, key, expected);
  }

  async #commit(): Promise<void> {
    const entries = Array.from({ length: 1 + Math.floor(this.next() * 6) }, () => this.#entry());
    const outcomes = await this.#both((store) => store.commit(TYPE, entries));
    for (const [i, { key, write }] of entries.entries()) {
      const outcome = outcomes[i];
      if (outcome?.kind !== 'committed' || write.kind === 'check') continue;
      if (write.kind === 'put') this.#revisions.set(key as string, outcome.revision);
      else this.#revisions.delete(key as string);
    }
  }

  async run(): Promise<void> {
    await this.#claim();
    for (; this.#operation < OPERATIONS; this.#operation++) {
      const what = this.next();
      if (what < 0.02) {
        this.stages = await Promise.all(this.stages.map((stage) => stage.reopen()));
        await this.#claim();
      } else if (what < 0.12) await this.#readAll();
      else await this.#commit();
    }
    await this.#readAll();
  }
}

const plain = <T extends { bytes: Uint8Array | undefined }>(value: T) => ({
  ...value,
  bytes: value.bytes && Buffer.from(value.bytes).toString(),
});

for (const seed of [1, 2, 3, 4]) {
  test(`LMDB and memory answer alike to the random operations of seed ${seed}`, async (t) => {
    const opened = await Promise.all([openLmdb(LIMITS), openMemory(LIMITS)]);
    t.teardown(() => Promise.all(opened.map(({ end }) => end())).then(() => {}));
    await new Pair(
      t,
      opened.map(({ stage }) => stage),
      chance(seed),
    ).run();
  });
}
