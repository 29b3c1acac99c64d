import test from 'ava';
import { aConfigMap, FakeSink, GatewayStage } from '../fakes.js';

test('a watch without a version gives what exists, then changes, each once', async (t) => {
  const stage = new GatewayStage();
  stage.cache.put(aConfigMap('a'));
  const sink = await stage.watch('');
  stage.cache.put(aConfigMap('b'));
  stage.cache.put(aConfigMap('a', { x: 'y' }));
  await stage.settle();
  stage.cache.remove('default/a');
  await stage.settle();
  t.deepEqual(sink.summary, ['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED a']);
  t.is(sink.events.at(-1)?.object.metadata.resourceVersion, '5');
});

test('a resumed watch is given what came after its version, from the log, and then what comes', async (t) => {
  const stage = new GatewayStage();
  stage.cache.put(aConfigMap('a'));
  stage.cache.put(aConfigMap('b'));
  const sink = await stage.watch('resourceVersion=2');
  stage.cache.put(aConfigMap('c'));
  await stage.settle();
  t.deepEqual(sink.summary, ['ADDED b', 'ADDED c']);
});

test('changes that arrive while the log is read are neither lost nor repeated', async (t) => {
  const stage = new GatewayStage();
  const other = await stage.watch('');
  stage.cache.put(aConfigMap('a'));
  const response = await stage.request('GET', '/api/v1/configmaps?watch=1&resourceVersion=1');
  const sink = new FakeSink();
  response.run?.(sink);
  stage.cache.put(aConfigMap('b'));
  await stage.settle();
  stage.cache.put(aConfigMap('c'));
  await stage.settle();
  t.deepEqual(sink.summary, ['ADDED a', 'ADDED b', 'ADDED c']);
  t.deepEqual(other.summary, ['ADDED a', 'ADDED b', 'ADDED c']);
});

test('an object that starts or stops to match a selector is ADDED or DELETED', async (t) => {
  const stage = new GatewayStage();
  const sink = await stage.watch('labelSelector=app%3Dweb');
  stage.cache.put(aConfigMap('a'));
  stage.cache.put(aConfigMap('a', { app: 'web' }));
  stage.cache.put(aConfigMap('a', { app: 'web', x: 'y' }));
  stage.cache.put(aConfigMap('a', { app: 'db' }));
  stage.cache.remove('default/a');
  await stage.settle();
  t.deepEqual(sink.summary, ['ADDED a', 'MODIFIED a', 'DELETED a']);
});

test('a version that the log has forgotten is one ERROR event with a 410 Status, and a clean end', async (t) => {
  const stage = new GatewayStage();
  stage.cache.put(aConfigMap('a'));
  stage.cache.put(aConfigMap('b'));
  stage.cache.forgotten = 3;
  const sink = await stage.watch('resourceVersion=2');
  t.deepEqual(sink.summary, ['ERROR Expired']);
  t.is(sink.events[0]?.object.code, 410);
  t.is(sink.ending, 'end');
});

for (const [shape, accept] of [
  ['object', 'application/json'],
  ['Table', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
  ['PartialObjectMetadata', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'],
] as const) {
  test(`initial events as ${shape} end with an annotated bookmark`, async (t) => {
    const stage = new GatewayStage();
    stage.cache.put(aConfigMap('a'));
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const [first, second] = (await stage.watch(query, { accept })).events;
    t.is(first?.type, 'ADDED');
    t.is(second?.type, 'BOOKMARK');
    const object = shape === 'Table' ? second?.object.rows[0].object : second?.object;
    t.is(object.metadata.annotations['k8s.io/initial-events-end'], 'true');
    t.is(object.metadata.resourceVersion, '2');
    t.is(second?.object.kind, shape === 'object' ? 'ConfigMap' : shape);
  });
}

test('column definitions come only in the first event of a Table watch', async (t) => {
  const stage = new GatewayStage();
  const sink = await stage.watch('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  for (const name of ['a', 'b']) {
    stage.cache.put(aConfigMap(name));
    await stage.settle();
  }
  t.deepEqual(
    sink.events.map(({ object }) => object.columnDefinitions === null),
    [false, true],
  );
});

test('watchers of the same selector share the bytes of a flush, in one write each', async (t) => {
  const stage = new GatewayStage();
  const [one, two] = [await stage.watch(''), await stage.watch('')];
  stage.cache.put(aConfigMap('a'));
  stage.cache.put(aConfigMap('b'));
  await stage.settle();
  t.is(one.writes.length, 1);
  t.is(one.writes[0], two.writes[0]);
});

test('a watcher that does not read is closed, and the others go on', async (t) => {
  const stage = new GatewayStage();
  const [slow, quick] = [await stage.watch(''), await stage.watch('')];
  slow.queuedBytes = 2 * 1024 * 1024;
  for (const name of ['a', 'b']) {
    stage.cache.put(aConfigMap(name));
    await stage.settle();
  }
  t.is(slow.ending, 'abort');
  t.deepEqual(quick.summary, ['ADDED a', 'ADDED b']);
});

test('a watch ends cleanly at its timeout, after a bookmark', async (t) => {
  const stage = new GatewayStage();
  const sink = await stage.watch('timeoutSeconds=5&allowWatchBookmarks=true&resourceVersion=1');
  stage.cache.put(aConfigMap('a'));
  await stage.clock.advance(5000);
  await stage.settle();
  t.deepEqual(sink.summary, ['ADDED a', 'BOOKMARK']);
  t.is(sink.ending, 'end');
});

test('bookmarks come every minute to those who asked', async (t) => {
  const stage = new GatewayStage();
  const asked = await stage.watch('allowWatchBookmarks=true');
  const other = await stage.watch('');
  await stage.clock.advance(60_000);
  await stage.settle();
  t.deepEqual(asked.summary, ['BOOKMARK']);
  t.deepEqual(other.summary, []);
});
