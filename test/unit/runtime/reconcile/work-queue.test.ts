import test from 'ava';
import { SystemTurn } from '../../../../runtime/process/turn.js';
import { WorkQueue } from '../../../../runtime/reconcile/work-queue.js';
import { ManualClock, settle } from '../../../harness/manual-clock.js';

/** A queue whose runs end when the test says so. */
function aQueue(concurrency = 2) {
  const clock = new ManualClock();
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const queue = new WorkQueue(clock, new SystemTurn(), concurrency, (key) => {
    started.push(key);
    return new Promise((resolve) => ends.set(key, resolve));
  });
  const end = async (key: string) => {
    ends.get(key)!();
    await settle();
    await settle();
  };
  return { clock, queue, started, end };
}

test('a key that is named often before it runs runs once', async (t) => {
  const { queue, started } = aQueue();
  for (let i = 0; i < 10; i++) queue.add('default/web');
  await settle();
  t.deepEqual(started, ['default/web']);
});

test('a key that is named while it runs runs once more after, never at the same time', async (t) => {
  const { queue, started, end } = aQueue();
  queue.add('a');
  await settle();
  queue.add('a');
  queue.add('a');
  await settle();
  t.deepEqual(started, ['a']);
  await end('a');
  t.deepEqual(started, ['a', 'a']);
  await end('a');
  t.deepEqual(started, ['a', 'a']);
  t.is(queue.depth, 0);
});

test('no more keys run at once than allowed, and the next starts when one ends', async (t) => {
  const { queue, started, end } = aQueue(2);
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await settle();
  t.deepEqual(started, ['a', 'b']);
  await end('a');
  t.deepEqual(started, ['a', 'b', 'c']);
});

test('of several wishes for later the earliest counts', async (t) => {
  const { clock, queue, started } = aQueue();
  queue.addAfter('a', 5_000);
  queue.addAfter('a', 1_000);
  queue.addAfter('a', 3_000);
  await clock.advance(999);
  t.deepEqual(started, []);
  await clock.advance(1);
  await settle();
  t.deepEqual(started, ['a']);
});

test('a stopped queue starts nothing, also not what was due later', async (t) => {
  const { clock, queue, started } = aQueue();
  queue.addAfter('a', 1_000);
  queue.add('b');
  queue.stop();
  queue.add('c');
  await clock.advance(2_000);
  t.deepEqual(started, []);
});
