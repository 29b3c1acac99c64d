import test from 'ava';
import { Limiter } from '../../../../../node-agent/containers/docker/limiter.js';

test('no more than the most run at once, what is urgent goes before what waits, and a failure frees its place', async (t) => {
  const limiter = new Limiter(1);
  const order: string[] = [];
  let release = () => {};
  const first = limiter.run(() => new Promise<void>((resolve) => (release = resolve)));
  const task = (name: string, isUrgent: boolean) =>
    limiter
      .run(async () => {
        order.push(name);
        if (name === 'fails') throw new Error(name);
      }, isUrgent)
      .catch(() => {});
  const rest = [task('waits', false), task('fails', true), task('urgent', true)];
  await Promise.resolve();
  t.deepEqual(order, []);
  release();
  await Promise.all([first, ...rest]);
  t.deepEqual(order, ['fails', 'urgent', 'waits']);
});
