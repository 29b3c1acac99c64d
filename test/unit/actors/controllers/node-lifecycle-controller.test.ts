import test from 'ava';
import { NodeLifecycleController } from '../../../../actors/controllers/node-lifecycle-controller.js';
import { PodGarbageCollector } from '../../../../actors/controllers/pod-garbage-collector.js';
import { Silence } from '../../../../actors/controllers/silence.js';
import { TaintEvictionController } from '../../../../actors/controllers/taint-eviction-controller.js';
import { Stage } from './fakes.js';

const aNode = (name: string, ready = 'True', spec = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec,
  status: {
    conditions: [{ type: 'Ready', status: ready, reason: 'KubeletReady', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});
const aPod = (name: string, spec = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: 'n1', ...spec },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const effects = (stage: Stage, name: string) =>
  (stage.get('nodes', undefined, name).spec.taints ?? []).map(({ key, effect }: any) => `${key}:${effect}`);

const watchOver = async (...names: string[]) => {
  const stage = new Stage();
  const seen = new Map<string, number>();
  const silence = new Silence();
  const heartbeats = { inTouchSinceMs: 0, lastSeen: (node: string) => seen.get(node) };
  const controller = new NodeLifecycleController(heartbeats, silence);
  for (const name of names) stage.store.put('nodes', aNode(name));
  await stage.start(controller);
  await stage.run(controller);
  /** Time passes; only these nodes are heard. */
  const pass = async (seconds: number, ...heard: string[]) => {
    for (let i = 0; i < seconds; i += 5) {
      stage.clock.jump(5_000);
      for (const name of heard) seen.set(name, stage.clock.monotonic());
      stage.queue.add('*');
      await stage.run(controller);
    }
  };
  return { stage, silence, controller, pass };
};

test('a silent node becomes Unknown and unreachable after its grace, and its pods unready', async (t) => {
  const { stage, pass } = await watchOver('n1', 'n2', 'n3');
  stage.store.put('pods', aPod('web'));
  await pass(40, 'n2', 'n3');
  t.deepEqual(effects(stage, 'n1'), []);
  await pass(10, 'n2', 'n3');
  const ready = stage.get('nodes', undefined, 'n1').status.conditions[0];
  t.like(ready, { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
  t.deepEqual(effects(stage, 'n1'), [
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  t.deepEqual(effects(stage, 'n2'), []);
  t.is(stage.get('pods', 'default', 'web').status.conditions[0].status, 'False');
  t.deepEqual(stage.messages, ['NodeNotReady: Node n1 status is now: NodeNotReady', 'NodeNotReady: Node is not ready']);
  // It is heard again, and says that it is ready.
  stage.store.put('nodes', { ...stage.get('nodes', undefined, 'n1'), status: aNode('n1').status });
  await pass(5, 'n1', 'n2', 'n3');
  t.deepEqual(effects(stage, 'n1'), []);
});

test('while more than 55 % of the nodes are silent none is tainted', async (t) => {
  const { stage, pass } = await watchOver('n1', 'n2', 'n3');
  await pass(60, 'n3');
  t.is(stage.get('nodes', undefined, 'n1').status.conditions[0].status, 'Unknown');
  t.deepEqual([...effects(stage, 'n1'), ...effects(stage, 'n2')], []);
});

test("time in which the controller itself slept is nobody's silence", async (t) => {
  const { stage, pass } = await watchOver('n1', 'n2', 'n3');
  await pass(20, 'n1', 'n2', 'n3');
  stage.clock.jump(3_600_000);
  await pass(30, 'n2', 'n3');
  t.is(stage.get('nodes', undefined, 'n1').status.conditions[0].status, 'True');
});

test('a cordoned node and one that is not ready carry their taints beside those of others', async (t) => {
  const { stage, controller } = await watchOver();
  const taints = [{ key: 'mine', effect: 'NoSchedule' }];
  stage.store.put('nodes', aNode('n1', 'False', { unschedulable: true, taints }));
  await stage.run(controller);
  t.deepEqual(effects(stage, 'n1').sort(), [
    'mine:NoSchedule',
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/not-ready:NoSchedule',
    'node.kubernetes.io/unschedulable:NoSchedule',
  ]);
  stage.store.put('nodes', aNode('n1', 'True', { taints: stage.get('nodes', undefined, 'n1').spec.taints }));
  await stage.run(controller);
  t.deepEqual(effects(stage, 'n1'), ['mine:NoSchedule']);
});

test('pods leave a NoExecute taint at once, after their seconds, or never', async (t) => {
  const stage = new Stage();
  const silence = new Silence();
  const controller = new TaintEvictionController(silence);
  const tolerating = (tolerationSeconds?: number) => ({
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
  });
  stage.store.put('pods', aPod('now'));
  stage.store.put('pods', aPod('later', tolerating(300)));
  stage.store.put('pods', aPod('never', tolerating()));
  await stage.start(controller);
  stage.store.put(
    'nodes',
    aNode('n1', 'True', { taints: [{ key: 'k', effect: 'NoExecute', timeAdded: '2026-06-01T00:00:00Z' }] }),
  );
  await stage.run(controller);
  const going = () =>
    stage
      .list('pods')
      .filter(({ metadata }) => metadata.deletionTimestamp)
      .map(({ metadata }) => metadata.name);
  t.deepEqual(going(), ['now']);
  t.deepEqual(
    stage.outcomes.find(({ kind }) => kind === 'again'),
    { kind: 'again', afterMs: 300_000 },
  );
  t.true(stage.client.calls.includes('evict(DeletionByTaintManager) pods default/now'));
  t.deepEqual(stage.messages, ['TaintManagerEviction: Marking for deletion Pod default/now']);
  stage.clock.jump(300_000);
  silence.set(new Set(['n1']), new Set());
  stage.queue.add('n1');
  await stage.run(controller);
  t.deepEqual(going(), ['now']);
  silence.set(new Set(), new Set());
  stage.queue.add('n1');
  await stage.run(controller);
  t.deepEqual(going(), ['now', 'later']);
});

test('pods of a node that is gone fail and go, after its absence was asked for', async (t) => {
  const stage = new Stage();
  const collector = new PodGarbageCollector();
  stage.store.put('pods', aPod('lost'));
  stage.store.put('pods', {
    ...aPod('unbound', { nodeName: '' }),
    metadata: { name: 'unbound', namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  await stage.start(collector);
  await stage.run(collector);
  t.deepEqual(
    stage.list('pods').map(({ metadata }) => metadata.name),
    ['lost'],
  );
  const failed: any[] = [];
  stage.store.listen('pods', (_, __, after) => failed.push(after?.['status']));
  stage.clock.jump(40_000);
  stage.queue.add('sweep');
  await stage.run(collector);
  t.deepEqual(stage.list('pods'), []);
  t.like(failed[0], { phase: 'Failed' });
  t.like(failed[0].conditions.at(-1), {
    type: 'DisruptionTarget',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  });
});
