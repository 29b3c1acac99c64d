/**
 * kill -9 in the middle of a rollout, and the next start: nothing acknowledged is lost, running containers stay the same ones, the rollout completes.
 * TROUPE_CRASH_PODS sets how many containers Docker runs for it.
 */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import Docker from 'dockerode';
import { aConfigMap, aDeployment } from '../harness/a-workload.js';
import { findDocker, TEST_IMAGE } from '../harness/images.js';
import { type KubectlSession, until } from '../harness/kubectl-session.js';
import { whyNot } from '../harness/on-cluster.js';
import { type RawApi, rawApi } from '../harness/raw-api.js';
import { newDataFolder, startTroupe, type TroupeOptions, type TroupeProcess } from '../harness/troupe-process.js';

const dockerPods = Number(process.env['TROUPE_CRASH_PODS'] ?? 24);
const simulatedPods = 200;
const writesInFlight = 8;
/** Docker does one or two pods a second on a busy machine. */
const deadlineMs = Math.max(280, dockerPods * 5) * 1_000;
const deadline = `${deadlineMs / 1_000}s`;
const patient = { timeoutMs: deadlineMs + 20_000 };

const reasonFor = async (runtime: 'docker' | 'simulated') => (await whyNot({ runtime })) ?? '';
const missing = { docker: await reasonFor('docker'), simulated: await reasonFor('simulated') };
const on = (runtime: 'docker' | 'simulated'): typeof test.serial =>
  missing[runtime] ? (test.skip as never) : test.serial;

const sleeper = (image = TEST_IMAGE) => ({
  image,
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'],
});

interface Container {
  readonly pod: string;
  readonly id: string;
  readonly startedAt: string;
  readonly restartCount: number;
}

/** The running containers of ready pods, by the pods' names. */
async function readyContainers(k: KubectlSession, selector: string): Promise<Map<string, Container>> {
  const { items } = await k.get(`pods -l ${selector}`);
  const found = new Map<string, Container>();
  for (const { metadata, status } of items) {
    const container = status.containerStatuses?.[0];
    if (metadata.deletionTimestamp || !container?.ready) continue;
    found.set(metadata.name, {
      pod: metadata.name,
      id: container.containerID,
      startedAt: container.state.running.startedAt,
      restartCount: container.restartCount,
    });
  }
  return found;
}

/** Creates config maps until the server is gone. Answers with the names and resourceVersions that it acknowledged. */
function writeUntilGone(api: RawApi): { readonly acknowledged: Map<string, string>; readonly ended: Promise<unknown> } {
  const acknowledged = new Map<string, string>();
  let count = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const name = `ack-${++count}`;
      try {
        const { status, body } = await api(
          'POST',
          '/api/v1/namespaces/default/configmaps',
          JSON.stringify(aConfigMap(name, { name })),
        );
        if (status === 201) acknowledged.set(name, body.metadata.resourceVersion);
      } catch {
        return;
      }
    }
  };
  return { acknowledged, ended: Promise.all(Array.from({ length: writesInFlight }, write)) };
}

/** Kills without warning once part of the pods is new, while others write. */
async function crash(
  troupe: TroupeProcess,
  newPodsAtLeast: number,
): Promise<{ acknowledged: Map<string, string>; fresh: Map<string, Container> }> {
  const k = troupe.kubectl;
  const hash = async (): Promise<string | undefined> =>
    (await k.get('rs -l app=web')).items.find(
      ({ spec }: { spec: { template: { spec: { containers: { env?: unknown }[] } } } }) =>
        spec.template.spec.containers[0]!.env,
    )?.metadata.labels['pod-template-hash'];
  const newHash = await until(hash, Boolean);
  const { acknowledged, ended } = writeUntilGone(rawApi(troupe.kubeconfig));
  const fresh = await until(
    () => readyContainers(k, `app=web,pod-template-hash=${newHash}`),
    (found) => found.size >= newPodsAtLeast,
    300_000,
  );
  await troupe.stop('SIGKILL');
  await ended;
  return { acknowledged, fresh };
}

async function isWhole(t: ExecutionContext, k: KubectlSession, acknowledged: Map<string, string>): Promise<void> {
  const { items } = await k.get('cm');
  const stored = new Map<string, { metadata: { resourceVersion: string }; data: { name: string } }>(
    items.map((item: { metadata: { name: string } }) => [item.metadata.name, item]),
  );
  t.true(acknowledged.size > 0);
  const lost = [...acknowledged].filter(
    ([name, version]) => stored.get(name)?.metadata.resourceVersion !== version || stored.get(name)?.data.name !== name,
  );
  t.deepEqual(lost, [], `of ${acknowledged.size} acknowledged writes`);
}

async function survivesACrash(t: ExecutionContext, options: TroupeOptions, pods: number, image: string): Promise<void> {
  const data = newDataFolder();
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const first = await startTroupe(t, { ...options, data });
  const strategy = { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
  const web = (container: object) =>
    aDeployment('web', {
      replicas: pods,
      ...sleeper(image),
      container,
      spec: { strategy, progressDeadlineSeconds: deadlineMs / 1_000 },
    });
  await first.kubectl.apply(aDeployment('steady', { replicas: 4, ...sleeper(image) }), web({}));
  for (const name of ['steady', 'web'])
    await first.kubectl.ok(`rollout status deploy/${name} --timeout=${deadline}`, patient);
  const steady = await readyContainers(first.kubectl, 'app=steady');
  await first.kubectl.apply(web({ env: [{ name: 'SECOND', value: 'yes' }] }));
  const { acknowledged, fresh } = await crash(first, Math.floor(pods / 4));
  t.true(fresh.size < pods, 'the rollout was not over');
  const second = await startTroupe(t, { ...options, data });
  await isWhole(t, second.kubectl, acknowledged);
  await second.kubectl.ok(`rollout status deploy/web --timeout=${deadline}`, patient);
  await until(
    () => second.kubectl.get('pods -l app=web'),
    ({ items }) => items.length === pods,
    120_000,
  );
  const after = await readyContainers(second.kubectl, 'app=web');
  t.is(after.size, pods);
  for (const [name, container] of fresh)
    t.deepEqual(after.get(name), container, `${name} is the container that ran before`);
  t.deepEqual(await readyContainers(second.kubectl, 'app=steady'), steady);
  await leavesNothing(t, second, options);
}

/** Deletes everything, and sees that nothing of it is left on the machine. */
async function leavesNothing(t: ExecutionContext, troupe: TroupeProcess, { runtime }: TroupeOptions): Promise<void> {
  await troupe.kubectl.ok(`delete deploy,pods --all --timeout=${deadline}`, patient);
  await until(
    () => troupe.kubectl.ok('get pods,rs -o name'),
    (names) => names === '',
    120_000,
  );
  if (runtime !== 'docker') return;
  await until(
    () => remainsOf(troupe),
    (remains) => remains.length === 0,
    30_000,
  ).catch((error) => t.fail(error.message));
}

/** Containers, volumes and networks of this cluster. */
async function remainsOf({ dataFolder }: TroupeProcess): Promise<string[]> {
  const docker = new Docker();
  const { readFileSync, readdirSync } = await import('node:fs');
  const label = [`io.troupe.cluster=${readFileSync(`${dataFolder}/cluster-id`, 'utf8').trim()}`];
  const containers = await docker.listContainers({ all: true, filters: { label } });
  const running = containers.filter(({ Labels }) => Labels['io.kubernetes.pod.uid']);
  const { Volumes } = await docker.listVolumes({ filters: JSON.stringify({ label }) as never });
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(dataFolder));
  return [
    ...running.map(({ Names }) => Names.join()),
    ...(Volumes ?? []).map(({ Name }) => Name),
    ...mounts,
    ...readdirSync(`${dataFolder}/pods`),
  ];
}

on('simulated')(
  `kill -9 in the middle of a rollout of ${simulatedPods} simulated pods loses nothing, and the next start completes it`,
  async (t) => {
    t.timeout(300_000);
    await survivesACrash(t, { runtime: 'simulated', nodes: 4 }, simulatedPods, 'example.test/app:1');
  },
);

on('docker')(
  `kill -9 in the middle of a rollout of ${dockerPods} Docker pods: containers keep ids and start times, and in the end nothing is left`,
  async (t) => {
    t.timeout(deadlineMs * 6);
    const found = await findDocker();
    t.truthy(found.docker);
    await survivesACrash(t, { runtime: 'docker' }, dockerPods, TEST_IMAGE);
  },
);
