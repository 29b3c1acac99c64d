import test from 'ava';
import type { Ask } from '../../../../bus/bus.js';
import { askSubject } from '../../../../bus/subjects.js';
import { StatusError } from '../../../../schemas/errors.js';
import { MemoryBus } from '../../../../bus/memory-bus.js';
import { AskRecords } from '../../../../runtime/host/ask-records.js';
import { GroupCommit } from '../../../../runtime/host/group-commit.js';
import { type ResourceBehaviour, ResourceHost } from '../../../../runtime/host/resource-host.js';
import { silentLogger } from '../../../../runtime/process/logger.js';
import { SystemTurn } from '../../../../runtime/process/turn.js';
import { OwnedShards } from '../../../../runtime/shards/owned-shards.js';
import { slotOf } from '../../../../runtime/shards/slots.js';
import { MemoryStore } from '../../../../runtime/snapshots/memory-store.js';
import { TypeCaches } from '../../../../runtime/views/type-caches.js';
import { kindByType } from '../../../../schemas/kinds/registry.js';
import { mailbox } from '../../../../schemas/limits.js';
import { ManualClock, settle } from '../../../harness/manual-clock.js';

async function aHost(handle: ResourceBehaviour['handle']) {
  const clock = new ManualClock();
  const turn = new SystemTurn();
  const store = new MemoryStore({ clock, turn, incarnation: 'a' });
  const shards = new OwnedShards(store, 'a');
  await shards.claimAll(['configmaps']);
  const caches = new TypeCaches(kindByType, store, clock, { soleWriter: true });
  const bus = new MemoryBus();
  const behaviour: ResourceBehaviour = { handle, guardError: () => new StatusError(409, 'Conflict', 'guard') };
  const host = new ResourceHost({
    bus,
    caches,
    shards,
    behaviour,
    logger: silentLogger,
    commits: new GroupCommit(store, turn),
    records: new AskRecords(clock),
  });
  host.serve(await caches.of('configmaps'));
  const ask = (name: string, given: Partial<Ask> = {}) => {
    const message: Ask = {
      id: '',
      address: `configmaps/default/${name}`,
      method: 'create',
      message: {},
      budgetMs: 1_000,
      from: 'system',
      ...given,
    };
    return bus.ask(askSubject('configmaps', slotOf('configmaps', `default/${name}`)), message);
  };
  return { host, ask };
}

test('one object handles one message at a time, in order, while others go on', async (t) => {
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const { ask } = await aHost((_method, message, { key }) => {
    log.push(`${key} ${String(message)}`);
    return new Promise((resolve) => ends.push(() => resolve(undefined)));
  });
  void ask('a', { message: 1 });
  void ask('a', { message: 2 });
  void ask('b', { message: 3 });
  await settle();
  t.deepEqual(log, ['default/a 1', 'default/b 3']);
  ends[0]!();
  await settle();
  t.deepEqual(log.at(-1), 'default/a 2');
});

test('users fill at most half of a mailbox, and a full one answers 429 with Retry-After', async (t) => {
  const { ask } = await aHost(() => new Promise(() => {}));
  void ask('a');
  const refused: StatusError[] = [];
  const send = (from: 'user' | 'system', count: number) => {
    for (let i = 0; i < count; i++) ask('a', { from }).catch((error: StatusError) => refused.push(error));
  };
  send('user', mailbox.userMessagesMax + 10);
  await settle();
  t.is(refused.length, 10);
  t.is(refused[0]!.code, 429);
  t.is(refused[0]!.details?.retryAfterSeconds, 1);
  send('system', mailbox.messagesMax - mailbox.userMessagesMax + 5);
  await settle();
  t.is(refused.length, 15);
});

test('a repeated ask gets the first answer and is not done again', async (t) => {
  let count = 0;
  const { ask } = await aHost(() => Promise.resolve(++count));
  t.is(await ask('a', { id: 'x' }), 1);
  t.is(await ask('a', { id: 'x' }), 1);
  t.is(await ask('a', { id: 'y' }), 2);
});

test('a broken invariant is a 500 to its caller, and the actor goes on with the next message', async (t) => {
  let first = true;
  const { ask, host } = await aHost(() => {
    if (!first) return Promise.resolve('fine');
    first = false;
    return Promise.reject(new TypeError('undefined is not a function'));
  });
  const error = await t.throwsAsync<StatusError>(ask('a') as Promise<never>, { instanceOf: StatusError });
  t.is(error?.code, 500);
  t.is(await ask('a'), 'fine');
  t.is(host.pending, 0);
});
