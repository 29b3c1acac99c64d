import test from 'ava';
import { ForbiddenError } from '../../../../schemas/errors.js';
import { ReplicaSetController } from '../../../../actors/controllers/replica-set-controller.js';
import { Stage } from './fakes.js';

const aReplicaSet = (replicas: number, spec = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default', generation: 1 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    ...spec,
  },
});

const aPod = (name: string, more: any = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' }, ...more.metadata },
  spec: { nodeName: 'n1', containers: [], ...more.spec },
  status: { phase: 'Running', ...more.status },
});

const ready = (at = '2026-01-01T00:00:00Z') => ({
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }],
});

const start = async () => {
  const stage = new Stage();
  const controller = new ReplicaSetController();
  await stage.start(controller);
  return { stage, run: () => stage.run(controller) };
};

test('a ReplicaSet of 3 gets 3 pods with its labels and itself as controller, and counts them', async (t) => {
  const { stage, run } = await start();
  stage.store.put('replicasets.apps', aReplicaSet(3));
  await run();
  const pods = stage.list('pods');
  t.is(pods.length, 3);
  t.true(pods.every((pod) => /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(pod.metadata.name)));
  t.deepEqual(pods[0].metadata.labels, { app: 'web' });
  t.is(pods[0].metadata.ownerReferences[0].uid, 'uid-web');
  const { status } = stage.get('replicasets.apps', 'default', 'web');
  t.deepEqual(status, { fullyLabeledReplicas: 3, observedGeneration: 1, replicas: 3, terminatingReplicas: 0 });
  t.is(stage.messages.filter((message) => message.startsWith('SuccessfulCreate: Created pod: web-')).length, 3);
});

test('a thousand pods are made once each', async (t) => {
  const { stage, run } = await start();
  stage.store.put('replicasets.apps', aReplicaSet(1000));
  await run();
  t.is(stage.list('pods').length, 1000);
  t.is(stage.client.calls.filter((call) => call.startsWith('create')).length, 1000);
});

test('a pod that is deleted is replaced, also when the ReplicaSet has not changed since', async (t) => {
  const { stage, run } = await start();
  stage.store.put('replicasets.apps', aReplicaSet(1));
  await run();
  for (let i = 0; i < 3; i++) {
    const [pod] = stage.list('pods');
    stage.store.remove('pods', `default/${pod.metadata.name}`);
    await run();
    t.is(stage.list('pods').length, 1);
    t.not(stage.list('pods')[0].metadata.name, pod.metadata.name);
  }
});

test('a refused create costs one call, and is shown as ReplicaFailure until it is over', async (t) => {
  const { stage, run } = await start();
  stage.store.put('replicasets.apps', aReplicaSet(100));
  const quota = new ForbiddenError({ group: '', resource: 'pods', name: 'web-x' }, 'exceeded quota: q');
  stage.client.refuse = (call) => {
    if (call === 'create') throw quota;
  };
  const set = () => stage.get('replicasets.apps', 'default', 'web');
  await run();
  t.is(stage.errors[0], quota);
  // The status that was written names the key once more; that is the second and last call.
  t.true(stage.client.calls.filter((call) => call.startsWith('create')).length <= 2);
  t.like(set().status.conditions[0], {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'pods "web-x" is forbidden: exceeded quota: q',
  });
  t.is(stage.messages[0], 'FailedCreate: Error creating: pods "web-x" is forbidden: exceeded quota: q');
  stage.client.refuse = () => {};
  stage.queue.add('default/web');
  await run();
  t.is(stage.list('pods').length, 100);
  t.is(set().status.conditions, undefined);
});

test('a matching orphan is adopted, one that stopped matching is released', async (t) => {
  const { stage, run } = await start();
  stage.store.put('pods', aPod('orphan'));
  stage.store.put('replicasets.apps', aReplicaSet(1));
  await run();
  t.is(stage.list('pods').length, 1);
  t.is(stage.list('pods')[0].metadata.ownerReferences[0].controller, true);
  const orphan = stage.list('pods')[0];
  stage.store.put('pods', { ...orphan, metadata: { ...orphan.metadata, labels: { app: 'other' } } });
  await run();
  t.true(stage.client.calls.includes('patch pods default/orphan'));
});

test('of too many pods the unassigned goes first, then the cheap, then the not ready', async (t) => {
  const { stage, run } = await start();
  const controlled = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-web', controller: true }],
  };
  const cheap = { ...controlled, annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } };
  stage.store.put('pods', aPod('good', { metadata: controlled, status: ready() }));
  stage.store.put('pods', aPod('cheap', { metadata: cheap, status: ready() }));
  stage.store.put('pods', aPod('unready', { metadata: controlled }));
  stage.store.put(
    'pods',
    aPod('unassigned', { metadata: controlled, spec: { nodeName: '' }, status: { phase: 'Pending' } }),
  );
  for (const [replicas, gone] of [
    [3, 'unassigned'],
    [2, 'unready'],
    [1, 'cheap'],
  ] as const) {
    stage.store.put('replicasets.apps', aReplicaSet(replicas));
    await run();
    t.is(stage.messages.at(-1), `SuccessfulDelete: Deleted pod: ${gone}`);
  }
});

test('with minReadySeconds a ready pod becomes available by time, and the controller comes back for it', async (t) => {
  const { stage, run } = await start();
  const controlled = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-web', controller: true }],
  };
  stage.store.put('pods', aPod('a', { metadata: controlled, status: ready('2026-06-01T00:00:00Z') }));
  stage.store.put('replicasets.apps', aReplicaSet(1, { minReadySeconds: 10 }));
  stage.clock.jump(4_000);
  await run();
  const status = () => stage.get('replicasets.apps', 'default', 'web').status;
  t.is(status().readyReplicas, 1);
  t.is(status().availableReplicas, undefined);
  t.deepEqual(stage.outcomes.at(-1), { kind: 'again', afterMs: 6_000 });
  stage.clock.jump(6_000);
  stage.queue.add('default/web');
  await run();
  t.is(status().availableReplicas, 1);
});
