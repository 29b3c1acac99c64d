import test from 'ava';
import { nextRollout } from '../../../../actors/controllers/next-rollout.js';

const nowMs = Date.parse('2026-06-01T00:00:00Z');
const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image }] },
});

const aDeployment = (image: string, spec: any = {}, more: any = {}): any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'd',
    resourceVersion: '5',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...more.metadata,
  },
  spec: {
    replicas: 10,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    template: template(image),
    ...spec,
  },
  status: more.status,
});

const aSet = (image: string, replicas: number, available: number, revision: number, more: any = {}): any => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `web-${image}`,
    namespace: 'default',
    uid: `uid-${image}`,
    generation: 1,
    creationTimestamp: `2026-01-01T00:00:0${revision}Z`,
    annotations: {
      'deployment.kubernetes.io/revision': String(revision),
      'deployment.kubernetes.io/desired-replicas': '10',
      'deployment.kubernetes.io/max-replicas': '13',
      ...more.annotations,
    },
  },
  spec: {
    replicas,
    template: { ...template(image), metadata: { labels: { app: 'web', 'pod-template-hash': image } } },
  },
  status: {
    replicas,
    availableReplicas: available,
    readyReplicas: available,
    observedGeneration: 1,
    terminatingReplicas: 0,
  },
});

const look = (deployment: any, replicaSets: any[], more: any = {}) =>
  nextRollout({
    deployment,
    replicaSets,
    hasRunningPods: () => false,
    nowMs,
    hash: (t: any) => t.spec.containers[0].image,
    ...more,
  });

const sizes = (plan: any) => Object.fromEntries(plan.updates.map((set: any) => [set.metadata.name, set.spec.replicas]));
const condition = (plan: any, type: string) => plan.deployment.status.conditions.find((c: any) => c.type === type);

test('the first look plans a ReplicaSet of full size with hash, revision 1 and its annotations', (t) => {
  const annotations = {
    'kubernetes.io/change-cause': 'first',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  const plan = look(aDeployment('v1', {}, { metadata: { annotations } }), []);
  t.is(plan.create?.metadata.name, 'web-v1');
  t.is(plan.create?.spec?.replicas, 10);
  t.deepEqual(plan.create?.spec?.selector, { matchLabels: { app: 'web', 'pod-template-hash': 'v1' } });
  t.deepEqual(plan.create?.metadata.annotations, {
    'kubernetes.io/change-cause': 'first',
    'deployment.kubernetes.io/revision': '1',
    'deployment.kubernetes.io/desired-replicas': '10',
    'deployment.kubernetes.io/max-replicas': '13',
  });
  t.is(plan.scalings.get('web-v1'), 'Scaled up replica set web-v1 from 0 to 10');
  t.is(plan.deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  t.like(condition(plan, 'Progressing'), {
    reason: 'NewReplicaSetCreated',
    message: 'Created new replica set "web-v1"',
  });
  t.like(condition(plan, 'Available'), { status: 'False', reason: 'MinimumReplicasUnavailable' });
  t.is(plan.deployment.status?.observedGeneration, 1);
});

test('a new template starts with the surge of 25 %, rounded up', (t) => {
  const plan = look(aDeployment('v2'), [aSet('v1', 10, 10, 1)]);
  t.is(plan.create?.spec?.replicas, 3);
  t.is(plan.create?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  t.deepEqual(sizes(plan), {});
});

test('old pods go while 75 % stay available, rounded up', (t) => {
  const plan = look(aDeployment('v2'), [aSet('v1', 10, 10, 1), aSet('v2', 3, 0, 2)]);
  t.deepEqual(sizes(plan), { 'web-v1': 8 });
  t.deepEqual([...plan.scalings.values()], ['Scaled down replica set web-v1 from 10 to 8']);
});

test('unhealthy old pods go first, and make room', (t) => {
  const plan = look(aDeployment('v3'), [aSet('v1', 4, 4, 1), aSet('v2', 4, 0, 2), aSet('v3', 5, 5, 3)]);
  t.deepEqual(sizes(plan), { 'web-v1': 3, 'web-v2': 0 });
});

test('a rollout whose new pods do not become available stops at its bounds', (t) => {
  t.deepEqual(sizes(look(aDeployment('v2'), [aSet('v1', 8, 8, 1), aSet('v2', 5, 0, 2)])), {});
});

test('scaling in the middle of a rollout is shared out in proportion', (t) => {
  const sets = [aSet('v1', 8, 8, 1), aSet('v2', 5, 5, 2)];
  const plan = look(aDeployment('v2', { replicas: 20 }), sets);
  t.deepEqual(sizes(plan), { 'web-v1': 15, 'web-v2': 10 });
  t.true(plan.updates.every((set) => set.metadata.annotations?.['deployment.kubernetes.io/max-replicas'] === '25'));
});

test('Recreate waits until the last old pod is gone', (t) => {
  const deployment = aDeployment('v2', { strategy: { type: 'Recreate' } });
  t.deepEqual(sizes(look(deployment, [aSet('v1', 10, 10, 1)])), { 'web-v1': 0 });
  const waiting = look(deployment, [aSet('v1', 0, 0, 1)], { hasRunningPods: () => true });
  t.is(waiting.create, undefined);
  t.is(look(deployment, [aSet('v1', 0, 0, 1)]).create?.spec?.replicas, 10);
});

test('a paused Deployment scales and says so, but does not roll', (t) => {
  const plan = look(aDeployment('v2', { paused: true, replicas: 12 }), [aSet('v1', 10, 10, 1)]);
  t.is(plan.create, undefined);
  t.deepEqual(sizes(plan), { 'web-v1': 12 });
  t.like(condition(plan, 'Progressing'), {
    status: 'Unknown',
    reason: 'DeploymentPaused',
    message: 'Deployment is paused',
  });
});

test('undo makes an old ReplicaSet the newest again and remembers which revision it was', (t) => {
  const plan = look(aDeployment('v1'), [aSet('v1', 0, 0, 1), aSet('v2', 10, 10, 2)]);
  t.is(plan.create, undefined);
  const [back] = plan.updates.filter((set) => set.metadata.name === 'web-v1');
  t.is(back?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  t.is(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  t.is(back?.spec?.replicas, 3);
  t.is(plan.deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
});

test('a complete rollout says that its ReplicaSet has progressed, and forgets what is beyond its history limit', (t) => {
  const status = { replicas: 10, updatedReplicas: 10, availableReplicas: 10, observedGeneration: 1 };
  const sets = [aSet('v1', 0, 0, 1), aSet('v2', 0, 0, 2), aSet('v3', 10, 10, 3)];
  const plan = look(aDeployment('v3', { revisionHistoryLimit: 1 }, { status }), sets);
  t.deepEqual(
    plan.removals.map((set) => set.metadata.name),
    ['web-v1'],
  );
  t.like(condition(plan, 'Progressing'), {
    status: 'True',
    reason: 'NewReplicaSetAvailable',
    message: 'ReplicaSet "web-v3" has successfully progressed.',
  });
  t.like(condition(plan, 'Available'), { status: 'True', message: 'Deployment has minimum availability.' });
});

test('a rollout that stands still past its deadline has timed out, and is looked at again before that', (t) => {
  const progressing = (at: string) => ({
    status: {
      replicas: 13,
      updatedReplicas: 5,
      availableReplicas: 8,
      readyReplicas: 8,
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: '',
          lastUpdateTime: at,
          lastTransitionTime: at,
        },
      ],
    },
  });
  const sets = [aSet('v1', 8, 8, 1), aSet('v2', 5, 0, 2)];
  const waiting = look(aDeployment('v2', {}, progressing('2026-05-31T23:55:00Z')), sets);
  t.is(condition(waiting, 'Progressing').reason, 'ReplicaSetUpdated');
  t.is(waiting.againAfterMs, 301_000);
  const late = look(aDeployment('v2', {}, progressing('2026-05-31T23:49:00Z')), sets);
  t.like(condition(late, 'Progressing'), {
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'ReplicaSet "web-v2" has timed out progressing.',
  });
});

test('a look at a settled Deployment changes nothing', (t) => {
  const sets = [aSet('v1', 10, 10, 1)];
  const first = look(aDeployment('v1'), sets).deployment;
  const second = look(first, sets);
  t.deepEqual([second.create, second.updates, second.removals], [undefined, [], []]);
  t.is(second.deployment.metadata, first.metadata);
  t.deepEqual(second.deployment.status, first.status);
});
