import test from 'ava';
import { DeploymentController } from '../../../../actors/controllers/deployment-controller.js';
import { ReplicaSetController } from '../../../../actors/controllers/replica-set-controller.js';
import { ForbiddenError } from '../../../../schemas/errors.js';
import { Stage } from './fakes.js';

const aDeployment = (image: string, replicas = 4): any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', generation: 1 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    revisionHistoryLimit: 1,
    progressDeadlineSeconds: 600,
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
  },
});

/** Both controllers, and pods that become ready as soon as they exist. */
const start = async () => {
  const stage = new Stage();
  const [deployments, sets] = [new DeploymentController(), new ReplicaSetController()];
  const other = new Stage();
  Object.assign(other, {
    store: stage.store,
    client: stage.client,
    views: stage.views,
    clock: stage.clock,
    events: stage.events,
  });
  await stage.start(deployments);
  await other.start(sets);
  const run = async () => {
    for (let i = 0; i < 50; i++) {
      await stage.run(deployments);
      await other.run(sets);
      for (const pod of stage.list('pods').filter((each) => each.status?.phase !== 'Running')) {
        const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
        stage.store.put('pods', { ...pod, spec: { ...pod.spec }, status: { phase: 'Running', conditions } });
      }
      if (stage.queue.size + other.queue.size === 0) return;
    }
    throw new Error('does not settle');
  };
  return { stage, run };
};

const roll = (stage: Stage, image: string, spec = {}) => {
  const old = stage.get('deployments.apps', 'default', 'web');
  const template = aDeployment(image).spec.template;
  const metadata = { ...old.metadata, generation: old.metadata.generation + 1 };
  stage.store.put('deployments.apps', { ...old, metadata, spec: { ...old.spec, template, ...spec } });
};

test('a Deployment comes up, rolls without ever having fewer available than asked, and remembers one revision', async (t) => {
  const { stage, run } = await start();
  stage.store.put('deployments.apps', aDeployment('v1'));
  await run();
  const status = () => stage.get('deployments.apps', 'default', 'web').status;
  t.like(status(), { replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4, observedGeneration: 1 });
  t.deepEqual(
    status().conditions.map(({ type, reason }: any) => [type, reason]),
    [
      ['Available', 'MinimumReplicasAvailable'],
      ['Progressing', 'NewReplicaSetAvailable'],
    ],
  );
  let fewest = 4;
  stage.store.listen('deployments.apps', (_, __, after) => {
    fewest = Math.min(fewest, after?.['status']?.availableReplicas ?? 0);
  });
  roll(stage, 'v2');
  await run();
  roll(stage, 'v3');
  await run();
  t.is(fewest, 4);
  const sets = stage.list('replicasets.apps');
  t.deepEqual(
    sets.map((set) => [set.metadata.annotations['deployment.kubernetes.io/revision'], set.spec.replicas]),
    [
      ['2', 0],
      ['3', 4],
    ],
  );
  t.like(status(), { replicas: 4, updatedReplicas: 4, observedGeneration: 3 });
  t.true(
    stage.messages.some((message) => /^ScalingReplicaSet: Scaled down replica set web-\S+ from 4 to 3$/.test(message)),
  );
});

test('a ReplicaSet that is refused is told in the condition Progressing and by an event', async (t) => {
  const { stage, run } = await start();
  stage.client.refuse = (call, type) => {
    if (call === 'create' && type === 'replicasets.apps') {
      throw new ForbiddenError({ group: 'apps', resource: 'replicasets', name: 'x' }, 'no');
    }
  };
  stage.store.put('deployments.apps', aDeployment('v1'));
  await run();
  const { conditions } = stage.get('deployments.apps', 'default', 'web').status;
  t.like(conditions.at(-1), { type: 'Progressing', status: 'False', reason: 'FailedCreateReplicaSet' });
  t.regex(
    conditions.at(-1).message,
    /^Failed to create new replica set "web-\S+": replicasets.apps "x" is forbidden: no$/,
  );
  t.true(
    stage.messages.some((message) => message.startsWith('FailedCreateReplicaSet: Failed to create new replica set')),
  );
});

test('a name that another template has taken counts as a collision and is avoided', async (t) => {
  const { stage, run } = await start();
  stage.store.put('deployments.apps', aDeployment('v1'));
  await run();
  const [set] = stage.list('replicasets.apps');
  const again = await start();
  again.stage.store.put('replicasets.apps', {
    ...set,
    metadata: { name: set.metadata.name, namespace: 'default' },
    spec: { ...set.spec, replicas: 0, selector: { matchLabels: { other: 'x' } } },
  });
  again.stage.store.put('deployments.apps', aDeployment('v1'));
  await again.run();
  t.is(again.stage.get('deployments.apps', 'default', 'web').status.collisionCount, 1);
  t.is(again.stage.get('deployments.apps', 'default', 'web').status.availableReplicas, 4);
});
