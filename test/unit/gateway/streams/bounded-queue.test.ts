import test from 'ava';
import { BoundedQueue } from '../../../../gateway/streams/bounded-queue.js';

test('who adds beyond the limit waits until the reader has caught up', async (t) => {
  const queue = new BoundedQueue<number>(1, () => 1);
  const reader = queue[Symbol.asyncIterator]();
  await queue.push(1);
  let hasRoom = false;
  const second = queue.push(2).then(() => (hasRoom = true));
  await Promise.resolve();
  t.false(hasRoom);
  t.is((await reader.next()).value, 1);
  await second;
  t.true(hasRoom);
});

test('an ended queue is read to its end, an aborted one not, and neither holds a writer', async (t) => {
  for (const [end, left] of [
    ['end', [1, 2]],
    ['abort', []],
  ] as const) {
    const queue = new BoundedQueue<number>(1, () => 1);
    const pushed = Promise.all([queue.push(1), queue.push(2)]);
    queue[end]();
    await pushed;
    const read: number[] = [];
    for await (const item of queue) read.push(item);
    t.deepEqual(read, [...left]);
  }
});
