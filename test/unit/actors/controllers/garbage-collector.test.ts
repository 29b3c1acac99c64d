import test from 'ava';
import { GarbageCollector } from '../../../../actors/controllers/garbage-collector.js';
import { kinds } from '../../../../schemas/kinds/registry.js';
import { Stage } from './fakes.js';

const start = async () => {
  const stage = new Stage();
  const collector = new GarbageCollector(kinds);
  await stage.start(collector);
  return { stage, run: () => stage.run(collector, 2_000) };
};

const owner = (name: string, uid = `uid-${name}`, more = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  ...more,
});
const aConfigMap = (name: string, ownerReferences: any[] = [], metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ownerReferences, ...metadata },
});
const names = (stage: Stage) => stage.list('configmaps').map(({ metadata }) => metadata.name);

test('what has lost its only owner goes, and what it owned; what has another stays and forgets the lost one', async (t) => {
  const { stage, run } = await start();
  stage.store.put('configmaps', aConfigMap('a'));
  stage.store.put('configmaps', aConfigMap('z'));
  stage.store.put('configmaps', aConfigMap('b', [owner('a')]));
  stage.store.put('configmaps', aConfigMap('c', [owner('b')]));
  stage.store.put('configmaps', aConfigMap('d', [owner('a'), owner('z')]));
  await run();
  t.is(names(stage).length, 5);
  stage.store.remove('configmaps', 'default/a');
  await run();
  t.deepEqual(names(stage), ['z', 'd']);
  t.deepEqual(stage.get('configmaps', 'default', 'd').metadata.ownerReferences, [owner('z')]);
});

test('an owner of the same name with another uid is no owner', async (t) => {
  const { stage, run } = await start();
  stage.store.put('configmaps', aConfigMap('a'));
  stage.store.put('configmaps', aConfigMap('b', [owner('a', 'an-older-uid')]));
  await run();
  t.deepEqual(names(stage), ['a']);
});

test('an owner that the view lacks but the store has is there', async (t) => {
  const { stage, run } = await start();
  const read = stage.client.read.bind(stage.client);
  stage.client.read = async (type, key) =>
    key === 'default/hidden' ? ({ object: { metadata: { uid: 'uid-hidden' } } } as never) : read(type, key);
  stage.store.put('configmaps', aConfigMap('b', [owner('hidden')]));
  await run();
  t.deepEqual(names(stage), ['b']);
});

test('an owner of a kind that nobody serves is left alone', async (t) => {
  const { stage, run } = await start();
  stage.store.put('configmaps', aConfigMap('b', [{ apiVersion: 'x.io/v1', kind: 'Foo', name: 'f', uid: 'u' }]));
  await run();
  t.deepEqual(names(stage), ['b']);
});

test('deleted in the foreground, an owner goes after those that block it', async (t) => {
  const { stage, run } = await start();
  const order: string[] = [];
  stage.store.listen('configmaps', (key, _, after) => {
    if (!after) order.push(key);
  });
  stage.store.put('configmaps', aConfigMap('b', [owner('a', 'uid-a', { blockOwnerDeletion: true })]));
  const deletion = { finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T00:00:00Z' };
  stage.store.put('configmaps', aConfigMap('a', [], deletion));
  await run();
  t.deepEqual(order, ['default/b', 'default/a']);
});

test('orphaned dependents stay and forget their owner', async (t) => {
  const { stage, run } = await start();
  stage.store.put('configmaps', aConfigMap('b', [owner('a')]));
  stage.store.put(
    'configmaps',
    aConfigMap('a', [], { finalizers: ['orphan'], deletionTimestamp: '2026-01-01T00:00:00Z' }),
  );
  await run();
  t.deepEqual(names(stage), ['b']);
  t.deepEqual(stage.get('configmaps', 'default', 'b').metadata.ownerReferences, []);
});

test('a circle of owners does not hold itself', async (t) => {
  const { stage, run } = await start();
  const blocking = { blockOwnerDeletion: true };
  stage.store.put('configmaps', aConfigMap('b', [owner('a', 'uid-a', blocking)]));
  const deletion = { finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T00:00:00Z' };
  stage.store.put('configmaps', aConfigMap('a', [owner('b', 'uid-b', blocking)], deletion));
  // The fake keeps no grace: what a foreground delete marks is marked here.
  const remove = stage.client.delete.bind(stage.client);
  stage.client.delete = async (type, key, message: any) => {
    const object = stage.store.of(type).get(key)!;
    if (message.propagationPolicy !== 'Foreground') return remove(type, key, message);
    const metadata = {
      ...object.metadata,
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: '2026-01-01T00:00:00Z',
    };
    stage.store.put(type, { ...object, metadata });
    return undefined as never;
  };
  await run();
  t.deepEqual(names(stage), []);
});
