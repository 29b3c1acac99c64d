import test from 'ava';
import { controllers } from '../../../../actors/controllers/registry.js';
import { schedulerActors } from '../../../../actors/scheduler/definitions.js';
import { startStage } from '../../../harness/stage.js';
import { aNode } from '../scheduler/hall.js';

/** Controllers and scheduler over the real runtime with a memory store. */
const open = async (t: { teardown(fn: () => void): void }) => {
  const { clock, controlPlane } = await startStage();
  t.teardown(() => controlPlane.stop());
  const client = controlPlane.clientFor('test');
  const dependencies = {
    heartbeats: { inTouchSinceMs: 0, lastSeen: () => clock.monotonic() },
    namespaceGuards: { close: async () => {} },
    caCertificatePem: 'PEM',
  };
  await controlPlane.run(schedulerActors, controllers(dependencies));
  const objects = (type: string): any[] =>
    controlPlane.caches
      .loaded(type)!
      .list()
      .map(({ object }) => object);
  const until = async (what: () => boolean) => {
    for (let i = 0; !what(); i++) {
      if (i > 20_000) throw new Error(`never: ${what.toString()}`);
      await new Promise(setImmediate);
      await clock.advance(1);
    }
  };
  const addNode = async (name: string) => {
    const node: any = aNode(name);
    await client.create('nodes', node);
    const { object } = (await client.read('nodes', name))!;
    await client.replace('nodes', { ...object, status: node.status }, { target: 'status' });
  };
  await until(() => objects('serviceaccounts').length === 2);
  return { client, objects, until, addNode };
};

const aDeployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'x:1', resources: { requests: { cpu: '100m' } } }] },
    },
  },
});

test('a Deployment becomes as many pods, each bound once and no node overfull; deleting it deletes them all', async (t) => {
  const { client, objects, until, addNode } = await open(t);
  for (const name of ['n1', 'n2']) await addNode(name);
  await client.create('deployments.apps', aDeployment(100));
  const bound = () => objects('pods').filter(({ spec }) => spec.nodeName);
  // Two nodes of 4 CPUs take 40 of them each.
  await until(
    () =>
      bound().length === 80 &&
      objects('pods').filter(({ status }) => status.conditions?.some(({ reason }: any) => reason === 'Unschedulable'))
        .length === 20,
  );
  t.is(objects('pods').length, 100);
  t.deepEqual(
    [...Map.groupBy(bound(), ({ spec }) => spec.nodeName).values()].map(({ length }) => length),
    [40, 40],
  );
  await addNode('n3');
  await until(() => bound().length === 100);
  const [deployment] = objects('deployments.apps');
  t.is(deployment.status.observedGeneration, deployment.metadata.generation);
  await client.delete('deployments.apps', 'default/web', { propagationPolicy: 'Background' });
  await until(
    () =>
      objects('replicasets.apps').length === 0 && objects('pods').every(({ metadata }) => metadata.deletionTimestamp),
  );
  t.is(objects('pods').length, 100);
});

test('a namespace takes everything in it along', async (t) => {
  const { client, objects, until } = await open(t);
  await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const inTeam = (type: string) => objects(type).filter(({ metadata }) => metadata.namespace === 'team');
  await until(() => inTeam('serviceaccounts').length === 1 && inTeam('configmaps').length === 1);
  await client.create('deployments.apps', { ...aDeployment(3), metadata: { name: 'web', namespace: 'team' } });
  await until(() => inTeam('pods').length === 3);
  await client.delete('namespaces', 'team');
  await until(() => !objects('namespaces').some(({ metadata }) => metadata.name === 'team'));
  for (const type of ['pods', 'replicasets.apps', 'deployments.apps', 'configmaps', 'serviceaccounts']) {
    t.deepEqual(inTeam(type), [], type);
  }
});
