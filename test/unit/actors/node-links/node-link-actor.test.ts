import test from 'ava';
import { startLinkStage } from './link-stage.js';

test('a node that registers is Ready, with the labels of a kubelet and a Lease', async (t) => {
  const stage = await startLinkStage();
  const node = stage.node('node-a')!;
  t.like(node.metadata.labels, {
    'kubernetes.io/hostname': 'node-a',
    'kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'amd64',
  });
  t.is(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
  t.is(node.status?.capacity?.pods, '1000');
  const lease = stage.controlPlane.caches.loaded('leases.coordination.k8s.io')!.get('kube-node-lease/node-a')?.object;
  t.is(lease?.spec.leaseDurationSeconds, 600);
  t.is(lease?.metadata.ownerReferences?.[0]?.kind, 'Node');
});

test('a pod bound to a simulated node is Running and Ready, with an address', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  const { status } = stage.pod('web')!;
  t.regex(status!.podIP!, /^10\.64\./);
  t.is(status!.hostIP, '10.0.0.1');
  t.deepEqual(
    status!.conditions!.map(({ type, status: value }) => `${type}=${value}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  );
  const [container] = status!.containerStatuses!;
  t.like(container, { name: 'c', ready: true, started: true, restartCount: 0, image: 'app:1' });
  t.regex(container!.containerID!, /^simulated:\/\/[0-9a-f]{64}$/);
  await stage.clock.advance(500);
  t.deepEqual(stage.eventsOf('web').sort(), [
    'Created: Container created',
    'Pulled: Container image "app:1" already present on machine and can be accessed by the pod',
    'Started: Container started',
  ]);
});

test('a deleted pod ends, leaves nothing on the machine, and only then leaves the API', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  await stage.controlPlane.clientFor('test').delete('pods', 'default/web');
  await stage.until(() => stage.pod('web') === undefined);
  const { sandboxes, containers } = await stage.fleet.machines.get('node-a')!.runtime.list();
  t.deepEqual([sandboxes.length, containers.length], [0, 0]);
});

test('labels and taints that users set on a node survive the next start of its agent', async (t) => {
  const stage = await startLinkStage();
  const client = stage.controlPlane.clientFor('test');
  const patch = { metadata: { labels: { zone: 'z1' } }, spec: { unschedulable: true } };
  await client.patch('nodes', 'node-a', { patchType: 'merge', patch, target: '' });
  const restarted = stage.fleet.restartAgent('node-a');
  await stage.clock.advance(1_000);
  await restarted;
  t.is(stage.node('node-a')!.metadata.labels!.zone, 'z1');
  t.is(stage.node('node-a')!.spec?.unschedulable, true);
});

test('containers run on while their agent is away, and keep ids and start times', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  const before = stage.pod('web')!.status!.containerStatuses![0]!;
  await stage.clock.advance(10_000);
  const restarted = stage.fleet.restartAgent('node-a');
  await stage.clock.advance(5_000);
  await restarted;
  await stage.clock.advance(5_000);
  t.deepEqual(stage.pod('web')!.status!.containerStatuses![0], before);
});

test('what no pod wants any more is removed once the control plane has answered', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  const machine = stage.fleet.machines.get('node-a')!;
  await machine.agent.stop();
  await stage.controlPlane.clientFor('test').delete('pods', 'default/web', { gracePeriodSeconds: 0 });
  const restarted = stage.fleet.restartAgent('node-a');
  await stage.clock.advance(2_000);
  await restarted;
  await stage.clock.advance(40_000);
  t.is((await machine.runtime.list()).containers.length, 0);
});

test('an agent reads only the config that its pods mention', async (t) => {
  const stage = await startLinkStage({ nodes: ['node-a', 'node-b'] });
  const client = stage.controlPlane.clientFor('test');
  await client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { mode: 'fast' },
  });
  const env = [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }];
  await stage.createPod('web', 'node-a', { containers: [{ name: 'c', image: 'app:1', env }] });
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  const ask = (node: string) => {
    const message = { namespace: 'default', name: 'settings' };
    return stage.bus.ask(`up.${node}`, {
      id: '1',
      address: `node-link/${node}`,
      method: 'getConfigMap',
      message,
      budgetMs: 1_000,
      from: 'system',
    });
  };
  t.like(await ask('node-a'), { data: { mode: 'fast' } });
  await t.throwsAsync(ask('node-b'), { message: /no relationship found between node "node-b" and this object/ });
});

test('a container whose ConfigMap is missing waits with CreateContainerConfigError and starts when it comes', async (t) => {
  const stage = await startLinkStage();
  const env = [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }];
  await stage.createPod('web', 'node-a', { containers: [{ name: 'c', image: 'app:1', env }] });
  const waiting = () => stage.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting;
  await stage.until(() => waiting()?.reason === 'CreateContainerConfigError');
  t.is(waiting()?.message, 'configmap "settings" not found');
  const metadata = { name: 'settings', namespace: 'default' };
  await stage.controlPlane
    .clientFor('test')
    .create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mode: 'fast' } });
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running', 2_000);
  t.pass();
});

test('heartbeats commit nothing while nothing changes', async (t) => {
  const stage = await startLinkStage();
  const revision = stage.controlPlane.caches.loaded('nodes')!.revision;
  await stage.clock.advance(60_000);
  t.is(stage.controlPlane.caches.loaded('nodes')!.revision, revision);
  t.true(stage.clock.monotonic() - stage.heartbeats.lastSeen('node-a')! <= 5_000);
});

test('a node whose state was declared unknown speaks up with its next heartbeat', async (t) => {
  const stage = await startLinkStage();
  const client = stage.controlPlane.clientFor('test');
  const { uid } = stage.node('node-a')!.metadata;
  await client.updateStatus('nodes', 'node-a', uid, (node) => ({
    ...node.status,
    conditions: node.status.conditions.map((condition: object) => ({
      ...condition,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
    })),
  }));
  await stage.clock.advance(6_000);
  t.is(stage.node('node-a')!.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
});

test('a new process takes up simulated pods as they were', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  await stage.clock.advance(5_000);
  const before = stage.pod('web')!;
  await stage.fleet.stop();
  const { SimulatedFleet } = await import('../../../../node-agent/agent/simulated-fleet.js');
  const { SystemRandom } = await import('../../../../runtime/process/random.js');
  const { SystemTurn } = await import('../../../../runtime/process/turn.js');
  const { silentLogger } = await import('../../../../runtime/process/logger.js');
  const parts = {
    bus: stage.bus,
    clock: stage.clock,
    random: new SystemRandom(),
    turn: new SystemTurn(),
    logger: silentLogger,
  };
  const next = new SimulatedFleet(parts);
  const started = next.start(['node-a']);
  await stage.clock.advance(2_000);
  await started;
  await stage.clock.advance(2_000);
  t.is(stage.pod('web')!.metadata.resourceVersion, before.metadata.resourceVersion);
  await stage.controlPlane.clientFor('test').delete('pods', 'default/web');
  await stage.until(() => stage.pod('web') === undefined);
});

test('an agent told of a larger generation reports everything before it stops anything', async (t) => {
  const stage = await startLinkStage();
  const pod = await stage.createPod('web', 'node-a');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Running');
  const asked: string[] = [];
  const ask = stage.bus.ask.bind(stage.bus);
  const { agent, runtime } = stage.fleet.machines.get('node-a')!;
  stage.bus.ask = (subject, message) => {
    if (subject === 'up.node-a') asked.push(message.method);
    return ask(subject, message);
  };
  const stops: number[] = [];
  runtime.watch((event) => event.kind === 'exited' && stops.push(asked.length));
  stage.bus.publish('down.node-a', { desired: { storeGeneration: 7, revision: 1, pods: [] } });
  await stage.clock.advance(1_000);
  t.is(asked[0], 'report');
  t.deepEqual(stops, [1]);
  t.is(
    [...agent.pods].some(({ uid }) => uid === pod.metadata.uid),
    false,
  );
});
