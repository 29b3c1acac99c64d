import test from 'ava';
import { StatusError } from '../../../../schemas/errors.js';
import { startStage } from '../../../harness/stage.js';

const aConfigMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
  data,
});

async function refusal(work: Promise<unknown>): Promise<StatusError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a created object comes back with uid, creationTimestamp and a resourceVersion, and the cache has the very bytes', async (t) => {
  const { controlPlane } = await startStage();
  const { stored, result } = await controlPlane.clientFor('test').create('configmaps', aConfigMap('one', { a: '1' }));
  t.is(result, 'created');
  const object = JSON.parse(Buffer.from(stored.bytes).toString());
  t.is(object.metadata.resourceVersion, '2');
  t.regex(object.metadata.uid, /^[0-9a-f-]{36}$/);
  t.is(object.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  const cache = await controlPlane.caches.of('configmaps');
  t.deepEqual(Buffer.from(stored.bytes), Buffer.from(cache.get('default/one')!.bytes));
  t.is(cache.resourceVersion, '2');
});

test('a second create of a name is AlreadyExists and takes no revision', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  await client.create('configmaps', aConfigMap('one', {}));
  const error = await refusal(client.create('configmaps', aConfigMap('one', {})));
  t.is(error.message, 'configmaps "one" already exists');
  t.is((await controlPlane.caches.of('configmaps')).revision, 2);
});

test('a create in a missing namespace is NotFound', async (t) => {
  const { controlPlane } = await startStage();
  const error = await refusal(
    controlPlane
      .clientFor('test')
      .create('configmaps', { ...aConfigMap('one', {}), metadata: { name: 'one', namespace: 'nowhere' } }),
  );
  t.is(error.message, 'namespaces "nowhere" not found');
});

test('a replace with an old resourceVersion conflicts, and one that changes nothing makes no revision', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  const first = (await client.create('configmaps', aConfigMap('one', { a: '1' }))).stored.object;
  const second = await client.replace('configmaps', { ...first, data: { a: '2' } });
  t.is(second.result, 'updated');
  const error = await refusal(client.replace('configmaps', { ...first, data: { a: '3' } }));
  t.is(error.code, 409);
  t.regex(
    error.message,
    /the object has been modified; please apply your changes to the latest version and try again$/,
  );
  const same = await client.replace('configmaps', second.stored.object);
  t.is(same.result, 'unchanged');
  t.is((await controlPlane.caches.of('configmaps')).revision, 3);
});

test('patches of one object, sent at once, all take effect, one after the other', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  await client.create('configmaps', aConfigMap('one', {}));
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      client.patch('configmaps', 'default/one', {
        patchType: 'merge',
        patch: { data: { [`k${i}`]: 'v' } },
        target: '',
      }),
    ),
  );
  const cache = await controlPlane.caches.of('configmaps');
  t.is(Object.keys(cache.get('default/one')!.object['data']).length, 20);
  t.is(cache.revision, 22);
});

test('a finalizer holds a deleted object until it is removed', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  await client.create('configmaps', {
    ...aConfigMap('one', {}),
    metadata: { namespace: 'default', name: 'one', finalizers: ['example.com/hold'] },
  });
  const held = await client.delete('configmaps', 'default/one');
  t.is(held.result, 'terminating');
  t.truthy(held.stored.object.metadata.deletionTimestamp);
  const over = await client.patch('configmaps', 'default/one', {
    patchType: 'merge',
    patch: { metadata: { finalizers: null } },
    target: '',
  });
  t.is(over.result, 'deleted');
  t.is(await client.read('configmaps', 'default/one'), undefined);
});

test('a page at an earlier revision shows the type as it was, while writes go on', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  for (const name of ['a', 'b', 'c']) await client.create('configmaps', aConfigMap(name, { v: '1' }));
  const cache = await controlPlane.caches.of('configmaps');
  const { revision } = cache;
  await client.delete('configmaps', 'default/b');
  await client.patch('configmaps', 'default/c', { patchType: 'merge', patch: { data: { v: '2' } }, target: '' });
  await client.create('configmaps', aConfigMap('d', {}));
  const page = cache.page({ revision })!;
  t.deepEqual(
    page.entries.map((entry) => [entry.name, entry.object['data'].v]),
    [
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ],
  );
  t.deepEqual(
    cache.page({ namespace: 'default', limit: 2 })!.entries.map(({ name }) => name),
    ['a', 'c'],
  );
  t.deepEqual(
    cache.page({ namespace: 'default', limit: 2, after: 'default/c' })!.entries.map(({ name }) => name),
    ['d'],
  );
});

test('an unbound pod goes at once, a bound one with its grace, which a repeat may shorten', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  const aPod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name },
    spec: { containers: [{ name: 'c', image: 'busybox' }] },
  });
  await client.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'default', name: 'default' },
  });
  await client.create('pods', aPod('free'));
  t.is((await client.delete('pods', 'default/free')).result, 'deleted');
  const { stored } = await client.create('pods', aPod('bound'));
  const uid = stored.object.metadata.uid;
  await client.bind('default/bound', { uid, node: 'node-1', guards: [] });
  const going = await client.delete('pods', 'default/bound');
  t.is(going.result, 'terminating');
  t.is(going.stored.object.metadata.deletionGracePeriodSeconds, 30);
  t.is(going.stored.object.metadata.deletionTimestamp, '2026-01-01T00:00:30Z');
  const shorter = await client.delete('pods', 'default/bound', { gracePeriodSeconds: 5 });
  t.is(shorter.stored.object.metadata.deletionGracePeriodSeconds, 5);
  t.is(
    (await client.delete('pods', 'default/bound', { gracePeriodSeconds: 60 })).stored.object.metadata
      .deletionGracePeriodSeconds,
    5,
  );
  t.is(
    (await client.delete('pods', 'default/bound', { gracePeriodSeconds: 0, preconditions: { uid } })).result,
    'deleted',
  );
});

test('a patch that names another object is a bad request, and a delete with a precondition that has passed says which', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  await client.create('configmaps', aConfigMap('one', {}));
  const patch = {
    patchType: 'merge' as const,
    patch: { metadata: { name: 'two' } },
    preconditions: {},
    target: '' as const,
  };
  const renamed = await refusal(client.patch('configmaps', 'default/one', patch));
  t.deepEqual(
    [renamed.code, renamed.message],
    [400, 'the name of the object (two) does not match the name on the URL (one)'],
  );
  const stale = await refusal(client.delete('configmaps', 'default/one', { preconditions: { resourceVersion: '7' } }));
  t.is(stale.code, 409);
  t.regex(
    stale.message,
    /the ResourceVersion in the precondition \(7\) does not match the ResourceVersion in record \(2\)/,
  );
});

test('a patch that makes another type of an object is refused and stores nothing; a strategic one keeps the type', async (t) => {
  const { controlPlane } = await startStage();
  const client = controlPlane.clientFor('test');
  await client.create('configmaps', aConfigMap('one', {}));
  const send = (patchType: 'merge' | 'json' | 'strategic', patch: unknown) =>
    client.patch('configmaps', 'default/one', { patchType, patch, target: '' });
  const merged = await refusal(send('merge', { kind: 'Pod' }));
  t.is(merged.code, 422);
  t.regex(merged.message, /converting \(v1\.Pod\) to \(v1\.ConfigMap\): unknown conversion/);
  const removed = await refusal(send('json', [{ op: 'remove', path: '/kind' }]));
  t.regex(removed.message, /Object 'Kind' is missing in/);
  t.is((await client.read('configmaps', 'default/one'))?.resourceVersion, '2', 'nothing is written');
  await send('strategic', { kind: 'Pod' });
  const stored = await client.read('configmaps', 'default/one');
  t.is(stored?.object.kind, 'ConfigMap');
});
