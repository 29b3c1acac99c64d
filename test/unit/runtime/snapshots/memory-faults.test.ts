import test from 'ava';
import { MemoryStore } from '../../../../runtime/snapshots/memory-store.js';
import { UnknownOutcomeError } from '../../../../runtime/snapshots/snapshot-store.js';
import { type BatchFate, NO_FAULTS, type StoreFaults } from '../../../../runtime/snapshots/store-faults.js';
import { ManualClock } from '../../../harness/manual-clock.js';
import { commitOne, del, newestRevision, owned, put, revisionOf, TYPE } from '../../../contract/store-entries.js';

/** A store whose next commits meet the given fates; then none. */
function aStore(...fates: BatchFate[]) {
  const clock = new ManualClock();
  const faults: StoreFaults = { ...NO_FAULTS, fateOf: () => fates.shift() ?? { kind: 'flushed', afterMs: 0 } };
  const turn = { afterThisTurn: (fn: () => void) => queueMicrotask(fn) };
  return { clock, store: new MemoryStore({ clock, turn, incarnation: 'one', faults }) };
}

const unknown = (effect: 'none' | 'now' | 'late', effectAfterMs = 0): BatchFate => ({
  kind: 'unknown',
  effect,
  effectAfterMs,
  answerAfterMs: 10,
});

test('what is not flushed when the machine stops is gone, and its revision is given again under a new generation', async (t) => {
  const { clock, store } = aStore({ kind: 'flushed', afterMs: 0 }, { kind: 'flushed', afterMs: 50 });
  const token = await owned(store, 'one');
  t.is(await revisionOf(store, put(token, 'kept', 0)), 2);
  let answered = false;
  void commitOne(store, put(token, 'lost', 0)).then(() => (answered = true));
  clock.jump(49);
  t.is(await newestRevision(store), 2, 'newest is what is durable');
  t.is(store.crash(), 1);
  store.reopen('two');
  clock.jump(1_000);
  t.false(answered);
  t.is(await store.get(TYPE, 'lost'), undefined);
  t.deepEqual(
    (await store.generations(TYPE)).map(({ startedAfter }) => startedAfter),
    [2],
  );
  t.is(await revisionOf(store, put(await owned(store, 'two'), 'other', 0)), 3);
});

test('a slow flush holds back the answers of later commits', async (t) => {
  const { clock, store } = aStore({ kind: 'flushed', afterMs: 30 }, { kind: 'flushed', afterMs: 5 });
  const token = await owned(store, 'one');
  const order: string[] = [];
  const first = commitOne(store, put(token, 'a', 0)).then(() => order.push('a'));
  const second = commitOne(store, put(token, 'b', 0)).then(() => order.push('b'));
  clock.jump(10);
  await Promise.resolve();
  t.deepEqual(order, []);
  clock.jump(20);
  await Promise.all([first, second]);
  t.deepEqual(order, ['a', 'b']);
});

test('a commit without an answer is unknown: it happened, or not', async (t) => {
  for (const effect of ['now', 'none'] as const) {
    const { clock, store } = aStore(unknown(effect));
    const token = await owned(store, 'one');
    const commit = commitOne(store, put(token, 'a', 0));
    await Promise.resolve();
    clock.jump(10);
    await t.throwsAsync(commit, { instanceOf: UnknownOutcomeError });
    t.is((await store.get(TYPE, 'a'))?.revision, effect === 'now' ? 2 : undefined);
  }
});

test('a late commit takes effect after its caller has given up, unless the claim was renewed', async (t) => {
  for (const renewed of [false, true]) {
    const { clock, store } = aStore(unknown('late', 100));
    const token = await owned(store, 'one');
    const commit = commitOne(store, put(token, 'a', 0));
    await Promise.resolve();
    clock.jump(10);
    await t.throwsAsync(commit, { instanceOf: UnknownOutcomeError });
    if (renewed) await owned(store, 'one');
    clock.jump(100);
    await Promise.resolve();
    await Promise.resolve();
    t.is((await store.get(TYPE, 'a'))?.revision, renewed ? undefined : 2);
  }
});

test('a full store refuses puts and takes deletes', async (t) => {
  const { store } = aStore({ kind: 'flushed', afterMs: 0 }, { kind: 'full' }, { kind: 'full' });
  const token = await owned(store, 'one');
  await revisionOf(store, put(token, 'a', 0));
  t.deepEqual(await commitOne(store, put(token, 'b', 0)), { kind: 'full' });
  t.is(await revisionOf(store, del(token, 'a', 2)), 3);
});

test('a server process that was not raised takes no commit and no claim', async (t) => {
  const { store } = aStore();
  const token = await owned(store, 'one');
  await revisionOf(store, put(token, 'a', 0));
  store.reopen('two', false);
  t.deepEqual(await commitOne(store, put(token, 'a', 2)), { kind: 'generation' });
  t.is((await store.claim(TYPE, [0], 'two')).size, 0);
  t.is((await store.newest([TYPE])).get(TYPE)?.runId, 'two');
  await store.raise([TYPE], 5_000_000);
  t.is((await store.newest([TYPE])).get(TYPE)?.storeGeneration, 5_000_001);
  t.is(await revisionOf(store, put(await owned(store, 'two'), 'a', 2)), 3);
});
