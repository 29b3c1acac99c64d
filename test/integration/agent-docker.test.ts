/** The agent over a real Docker Engine, with a control plane in memory: pods from bound to gone. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type Docker from 'dockerode';
import { nodeLinkDefinitions } from '../../actors/node-links/definitions.js';
import { Heartbeats } from '../../actors/node-links/heartbeats.js';
import { MemoryBus } from '../../bus/memory-bus.js';
import { ControlPlane } from '../../cli/control-plane.js';
import { FileAgentState } from '../../node-agent/agent/agent-state.js';
import { NodeAgent } from '../../node-agent/agent/node-agent.js';
import { DockerRuntime } from '../../node-agent/containers/docker-runtime.js';
import { NetworkProbeTransport } from '../../node-agent/probes/network-probe-transport.js';
import { DiskVolumes } from '../../node-agent/volumes/disk-volumes.js';
import { SystemClock } from '../../runtime/process/clock.js';
import { silentLogger as logger } from '../../runtime/process/logger.js';
import { SystemRandom } from '../../runtime/process/random.js';
import { SystemTurn } from '../../runtime/process/turn.js';
import { MemoryStore } from '../../runtime/snapshots/memory-store.js';
import type { Pod } from '../../schemas/meta/object.js';
import { ensureTestImage, findDocker, TEST_IMAGE } from '../harness/images.js';

const found = await findDocker();
// Skipped where no Docker Engine answers: there is nothing else to run pods on.
const withDocker = found.docker ? test.serial : test.serial.skip;
const docker = found.docker as Docker;
const clock = new SystemClock();
const clusterId = `test-${randomUUID()}`;
const RUNS = 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done';
const ports = { clock, turn: new SystemTurn(), random: new SystemRandom(), bus: new MemoryBus(), logger };
let folder: string;
let controlPlane: ControlPlane;
let runtime: DockerRuntime;
let agent: NodeAgent;

async function startAgent(): Promise<void> {
  runtime = new DockerRuntime({ docker, nodeName: 'here', clusterId, clock, logger });
  const allocatable = () => ({ cpuMillis: 2_000, memoryBytes: 4 * 1024 ** 3 });
  const volumes = new DiskVolumes({ root: join(folder, 'pods'), clock, allocatable });
  const dataStore = new FileAgentState(join(folder, 'agent.json'));
  const options = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] };
  const transport = new NetworkProbeTransport();
  agent = new NodeAgent({ ...ports, nodeName: 'here', runtime, volumes, transport, dataStore, options });
  await agent.start();
}

test.before(async (t) => {
  if (!found.docker) return t.log(`skipped: ${found.why}`);
  await ensureTestImage(docker);
  folder = await mkdtemp(join(tmpdir(), 'troupe-agent-'));
  const store = new MemoryStore({ clock, turn: ports.turn, incarnation: 'test' });
  controlPlane = new ControlPlane({ ...ports, store, incarnation: 'test', soleWriter: true, repeats: false });
  await controlPlane.start(['node-link', 'node-link-keeper']);
  const metadata = { name: 'default', namespace: 'default' };
  await controlPlane.ensure([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-node-lease' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name: 'settings' }, data: { mode: 'fast' } },
  ]);
  const heartbeats = new Heartbeats(clock);
  await controlPlane.run(nodeLinkDefinitions({ caches: controlPlane.caches, heartbeats }), []);
  await startAgent();
});

test.after.always(async (t) => {
  if (!found.docker) return;
  await agent.stop();
  controlPlane.stop();
  const label = [`io.troupe.cluster=${clusterId}`];
  await runtime.removeAll();
  await runtime.close();
  t.deepEqual(await docker.listContainers({ all: true, filters: { label } }), []);
  await rm(folder, { recursive: true, force: true });
});

const pod = (name: string) => controlPlane.caches.loaded('pods')!.get(`default/${name}`)?.object as Pod | undefined;
const first = (name: string) => pod(name)?.status?.containerStatuses?.[0];
const idOf = (name: string) => first(name)!.containerID!.slice('docker://'.length);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = clock.monotonic() + 30_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (clock.monotonic() > end) throw new Error(`it did not come to pass in 30 s: ${what}`);
  }
}

async function create(name: string, script: string, container: object = {}, spec: object = {}): Promise<void> {
  const containers = [{ name: 'c', image: TEST_IMAGE, command: ['sh', '-c', script], ...container }];
  const metadata = { name, namespace: 'default' };
  const fixed = { nodeName: 'here', automountServiceAccountToken: false, terminationGracePeriodSeconds: 2 };
  const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...fixed, ...spec, containers } };
  await controlPlane.clientFor('test').create('pods', object);
}

async function remove(name: string): Promise<void> {
  await controlPlane.clientFor('test').delete('pods', `default/${name}`);
  await until(`${name} is gone`, () => pod(name) === undefined);
}

withDocker(
  'a pod runs with its volumes, keeps its containers over a restart of the agent, and leaves nothing',
  async (t) => {
    const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
    const volumeMounts = [{ name: 'settings', mountPath: '/settings' }];
    const readinessProbe = { exec: { command: ['cat', '/settings/mode'] }, periodSeconds: 1 };
    await create('web', RUNS, { volumeMounts, readinessProbe }, { volumes });
    await until('web is ready', () => first('web')?.ready === true);
    const before = first('web');
    await agent.stop();
    await runtime.close();
    await startAgent();
    t.deepEqual(first('web'), before);
    t.is((await runtime.execSync(idOf('web'), ['cat', '/settings/mode'], 5_000)).output, 'fast');
    const { uid } = controlPlane.caches.loaded('configmaps')!.get('default/settings')!.object.metadata;
    const slower = (map: object) => ({ ...map, data: { mode: 'slow' } });
    await controlPlane.clientFor('test').update('configmaps', 'default/settings', uid, slower as never);
    let mode = '';
    await until('the volume is live', () => {
      void runtime.execSync(idOf('web'), ['cat', '/settings/mode'], 5_000).then(({ output }) => (mode = output));
      return mode === 'slow';
    });
    await remove('web');
    t.deepEqual(await readdir(join(folder, 'pods')), []);
  },
);

withDocker(
  'a killed container is restarted and its end is told; one that keeps ending waits with back-off',
  async (t) => {
    await create('killed', RUNS);
    await create('crashing', 'echo last words > /dev/termination-log; exit 3');
    await until('it runs', () => first('killed')?.state?.running !== undefined);
    await docker.getContainer(idOf('killed')).kill();
    await until('it runs again', () => first('killed')?.restartCount === 1 && first('killed')?.ready === true);
    t.like(first('killed')!.lastState!.terminated, { exitCode: 137, reason: 'Error' });
    await until('it backs off', () => first('crashing')?.state?.waiting?.reason === 'CrashLoopBackOff');
    t.like(first('crashing')!.lastState!.terminated, { exitCode: 3, message: 'last words\n' });
    await Promise.all([remove('killed'), remove('crashing')]);
  },
);
