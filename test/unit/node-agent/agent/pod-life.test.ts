import test from 'ava';
import type { Pod } from '../../../../schemas/meta/object.js';
import { type LinkStage, startLinkStage } from '../../actors/node-links/link-stage.js';

const first = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];
const machine = (stage: LinkStage) => stage.fleet.machines.get('node-a')!;
const container = (name: string, more: object = {}) => ({ name, image: 'app:1', ...more });

async function running(stage: LinkStage, name: string): Promise<Pod> {
  await stage.until(() => stage.pod(name)?.status?.phase === 'Running');
  return stage.pod(name)!;
}

test('a container that ends is restarted at once, then with back-off, and its last state is told', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod(
    'web',
    'node-a',
    {},
    { 'simulated.troupe.dev/exit-after': '1s', 'simulated.troupe.dev/exit-code': '3' },
  );
  const { uid } = (await running(stage, 'web')).metadata;
  await stage.until(() => first(stage.pod('web'))?.restartCount === 1, 2_000);
  await stage.until(() => first(stage.pod('web'))?.state?.waiting?.reason === 'CrashLoopBackOff', 3_000);
  const status = first(stage.pod('web'))!;
  t.is(status.state!.waiting!.message, `back-off 10s restarting failed container=c pod=web_default(${uid})`);
  t.like(status.lastState?.terminated, { exitCode: 3, reason: 'Error' });
  t.is(stage.pod('web')!.status!.phase, 'Running');
  await stage.until(() => first(stage.pod('web'))?.restartCount === 2, 12_000);
  await stage.until(() => /back-off 20s/.test(first(stage.pod('web'))?.state?.waiting?.message ?? ''), 5_000);
  await stage.clock.advance(500);
  t.true(stage.eventsOf('web').includes(`BackOff: Back-off restarting failed container c in pod web_default(${uid})`));
});

test('a pod that may not restart ends as its containers did, and keeps its address', async (t) => {
  const stage = await startLinkStage();
  const annotations = { 'simulated.troupe.dev/exit-after': '1s' };
  await stage.createPod('good', 'node-a', { restartPolicy: 'Never' }, annotations);
  await stage.createPod(
    'bad',
    'node-a',
    { restartPolicy: 'Never' },
    { ...annotations, 'simulated.troupe.dev/exit-code': '1' },
  );
  await stage.until(
    () => stage.pod('good')?.status?.phase === 'Succeeded' && stage.pod('bad')?.status?.phase === 'Failed',
  );
  t.like(first(stage.pod('good'))!.state!.terminated, { exitCode: 0, reason: 'Completed' });
  t.truthy(stage.pod('good')!.status!.podIP);
  const condition = (name: string, type: string) =>
    stage.pod(name)!.status!.conditions!.find((one) => one.type === type);
  t.like(condition('good', 'Ready'), { status: 'False', reason: 'PodCompleted' });
  t.like(condition('bad', 'Ready'), { status: 'False', reason: 'PodFailed' });
});

test('init containers run one after the other before the others, and sidecars stay', async (t) => {
  const stage = await startLinkStage();
  const initContainers = [container('one'), container('side', { restartPolicy: 'Always' }), container('two')];
  await stage.createPod('web', 'node-a', { initContainers });
  const pod = await running(stage, 'web');
  const states = pod.status!.initContainerStatuses!.map(({ name, ready, state }) => [
    name,
    ready,
    Object.keys(state!)[0],
  ]);
  t.deepEqual(states, [
    ['one', true, 'terminated'],
    ['side', true, 'running'],
    ['two', true, 'terminated'],
  ]);
  const started = stage.eventsOf('web');
  t.is(started.filter((event) => event.startsWith('Started')).length <= 4, true);
});

test('a missing image is ErrImagePull, then ImagePullBackOff with the reason', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a', { containers: [{ name: 'c', image: 'missing:1' }] });
  await stage.until(() => first(stage.pod('web'))?.state?.waiting?.reason === 'ErrImagePull');
  t.is(stage.pod('web')!.status!.phase, 'Pending');
  await stage.until(() => first(stage.pod('web'))?.state?.waiting?.reason === 'ImagePullBackOff', 5_000);
  t.regex(
    first(stage.pod('web'))!.state!.waiting!.message!,
    /^Back-off pulling image "missing:1": ErrImagePull: manifest for missing:1 not found/,
  );
  await stage.clock.advance(500);
  const events = stage.eventsOf('web');
  for (const wanted of [
    'Pulling: Pulling image "missing:1"',
    'Failed: Error: ErrImagePull',
    'BackOff: Back-off pulling image "missing:1"',
    'Failed: Error: ImagePullBackOff',
  ]) {
    t.true(events.includes(wanted), wanted);
  }
});

test('with pull policy Never an absent image is ErrImageNeverPull', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a', { containers: [{ name: 'c', image: 'missing:1', imagePullPolicy: 'Never' }] });
  await stage.until(() => first(stage.pod('web'))?.state?.waiting?.reason === 'ErrImageNeverPull');
  t.is(
    first(stage.pod('web'))!.state!.waiting!.message,
    'Container image "missing:1" is not present with pull policy of Never',
  );
});

test('a pod that is not ready says which container and why', async (t) => {
  const stage = await startLinkStage();
  const readinessProbe = { httpGet: { port: 80, path: '/ready' }, periodSeconds: 1, failureThreshold: 1 };
  await stage.createPod(
    'web',
    'node-a',
    { containers: [container('c', { readinessProbe })] },
    { 'simulated.troupe.dev/never-ready': 'true' },
  );
  const pod = await running(stage, 'web');
  t.like(
    pod.status!.conditions!.find(({ type }) => type === 'Ready'),
    {
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
    },
  );
  await stage.clock.advance(3_000);
  t.true(stage.eventsOf('web').includes('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503'));
});

test('a container that fails its liveness probe is killed and restarted', async (t) => {
  const stage = await startLinkStage();
  const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 2 };
  await stage.createPod('web', 'node-a', { containers: [container('c', { livenessProbe })] });
  await stage.until(() => (first(stage.pod('web'))?.restartCount ?? 0) > 0, 10_000);
  await stage.clock.advance(500);
  t.true(stage.eventsOf('web').includes('Killing: Container c failed liveness probe, will be restarted'));
});

test('a pod past its deadline fails with DeadlineExceeded', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a', { activeDeadlineSeconds: 5 });
  await running(stage, 'web');
  await stage.until(() => stage.pod('web')?.status?.phase === 'Failed', 6_000);
  t.like(stage.pod('web')!.status, {
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  });
});

test('a pod that does not fit is refused by the node in the words of the kubelet', async (t) => {
  const stage = await startLinkStage();
  const resources = { requests: { cpu: '40' } };
  await stage.createPod('big', 'node-a', { containers: [container('c', { resources })] });
  await stage.until(() => stage.pod('big')?.status?.phase === 'Failed');
  t.like(stage.pod('big')!.status, {
    reason: 'OutOfcpu',
    message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 40000, used: 0, capacity: 32000",
  });
});

test('two pods that want one port of the machine: the second is refused', async (t) => {
  const stage = await startLinkStage();
  const ports = [{ containerPort: 80, hostPort: 8080 }];
  await stage.createPod('one', 'node-a', { containers: [container('c', { ports })] });
  await running(stage, 'one');
  await stage.createPod('two', 'node-a', { containers: [container('c', { ports })] });
  await stage.until(() => stage.pod('two')?.status?.phase === 'Failed');
  t.is(stage.pod('two')!.status!.reason, 'NodePorts');
});

test('a deletion waits for slow containers up to its grace, and a shorter second one hurries it', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a', {}, { 'simulated.troupe.dev/stop-delay': '1h' });
  await running(stage, 'web');
  const client = stage.controlPlane.clientFor('test');
  await client.delete('pods', 'default/web', { gracePeriodSeconds: 600 });
  await stage.clock.advance(10_000);
  t.truthy(stage.pod('web'));
  await client.delete('pods', 'default/web', { gracePeriodSeconds: 2 });
  await stage.until(() => stage.pod('web') === undefined, 5_000);
  t.is((await machine(stage).runtime.list()).containers.length, 0);
});

test('the others end before the sidecars', async (t) => {
  const stage = await startLinkStage();
  const initContainers = [
    container('side-1', { restartPolicy: 'Always' }),
    container('side-2', { restartPolicy: 'Always' }),
  ];
  await stage.createPod('web', 'node-a', { initContainers }, { 'simulated.troupe.dev/stop-delay': '100ms' });
  await running(stage, 'web');
  const ended: string[] = [];
  machine(stage).runtime.watch((event) => {
    if (event.kind !== 'exited') return;
    void machine(stage)
      .runtime.container(event.id)
      .then((state) => ended.push(state?.name ?? '?'));
  });
  await stage.controlPlane.clientFor('test').delete('pods', 'default/web');
  await stage.until(() => stage.pod('web') === undefined);
  t.deepEqual(ended, ['c', 'side-2', 'side-1']);
});

test('a pod whose sandbox dies gets a new one, and its init containers run again', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a', { initContainers: [container('init')] });
  const before = await running(stage, 'web');
  const { runtime } = machine(stage);
  runtime.crashSandbox((await runtime.list()).sandboxes[0]!.id);
  await stage.until(
    () => stage.pod('web')?.status?.podIP !== before.status?.podIP && stage.pod('web')?.status?.phase === 'Running',
  );
  await stage.until(() => first(stage.pod('web'))?.restartCount === 1 && first(stage.pod('web'))?.ready === true);
  t.is(stage.pod('web')!.status!.initContainerStatuses![0]!.restartCount, 1);
});

test('while the container runtime is away pods keep their status and the node says so', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  const before = (await running(stage, 'web')).status;
  machine(stage).runtime.setDown(true);
  await stage.clock.advance(12_000);
  const ready = () => stage.node('node-a')!.status!.conditions!.find(({ type }) => type === 'Ready');
  t.like(ready(), { status: 'False', reason: 'KubeletNotReady', message: 'container runtime is down' });
  t.deepEqual(stage.pod('web')!.status, before);
  machine(stage).runtime.setDown(false);
  await stage.clock.advance(12_000);
  t.is(ready()!.status, 'True');
});

test('after a reboot of the machine all pods run again', async (t) => {
  const stage = await startLinkStage();
  await stage.createPod('web', 'node-a');
  await running(stage, 'web');
  await machine(stage).agent.stop();
  machine(stage).runtime.reboot();
  const restarted = stage.fleet.restartAgent('node-a');
  await stage.clock.advance(1_000);
  await restarted;
  await stage.until(() => first(stage.pod('web'))?.restartCount === 1 && first(stage.pod('web'))?.ready === true);
  t.is(stage.pod('web')!.status!.phase, 'Running');
});
