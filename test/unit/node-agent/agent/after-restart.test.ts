import test from 'ava';
import { Adoption } from '../../../../node-agent/agent/adoption.js';
import { SimulatedRuntime } from '../../../../node-agent/containers/simulated-runtime.js';
import { SimulatedVolumes } from '../../../../node-agent/volumes/simulated-volumes.js';
import { silentLogger } from '../../../../runtime/process/logger.js';
import { SystemRandom } from '../../../../runtime/process/random.js';
import { ManualClock } from '../../../harness/manual-clock.js';
import { type LinkStage, startLinkStage } from '../../actors/node-links/link-stage.js';

const pod = { uid: 'u1', namespace: 'default', name: 'web' };
const sandbox = { pod, attempt: 0, hostname: 'web', labels: {} };

async function restart(stage: LinkStage): Promise<void> {
  const restarted = stage.fleet.restartAgent('node-a');
  for (let i = 0; i < 100; i++) await stage.clock.advance(20);
  await restarted;
}

test('a pod that was refused is not begun by the next agent, though there is room by then, and keeps the reason', async (t) => {
  const stage = await startLinkStage();
  const big = { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '20' } } }] };
  await stage.createPod('first', 'node-a', big);
  await stage.until(() => stage.pod('first')?.status?.phase === 'Running');
  await stage.createPod('second', 'node-a', big);
  await stage.until(() => stage.pod('second')?.status?.phase === 'Failed');
  const { status } = stage.pod('second')!;
  t.is(status?.reason, 'OutOfcpu');
  await stage.controlPlane.clientFor('test').delete('pods', 'default/first', { gracePeriodSeconds: 0 });
  await stage.clock.advance(5_000);
  await restart(stage);
  t.deepEqual(stage.pod('second')!.status, status);
  const { containers } = await stage.fleet.machines.get('node-a')!.runtime.list();
  t.deepEqual(
    containers.map(({ pod: { name } }) => name),
    [],
  );
});

test('what happened to a pod between the listing and its beginning is not believed from the listing', async (t) => {
  const clock = new ManualClock();
  const runtime = new SimulatedRuntime({ clock, random: new SystemRandom() });
  const adoption = new Adoption(runtime, new SimulatedVolumes(), silentLogger);
  await runtime.createSandbox(sandbox as never);
  await runtime.createSandbox({ ...sandbox, pod: { ...pod, uid: 'u2' } } as never);
  await adoption.list();
  adoption.missed('u1');
  t.true(adoption.take('u1')?.isOld);
  t.false(adoption.take('u2')?.isOld);
  t.is(adoption.take('u1'), undefined);
});

test('two agents that ask for the same sandbox at once get the same one', async (t) => {
  const clock = new ManualClock();
  const runtime = new SimulatedRuntime({ clock, random: new SystemRandom(), sandboxDelayMs: 20 });
  const [first, second] = [runtime.createSandbox(sandbox as never), runtime.createSandbox(sandbox as never)];
  await clock.advance(20);
  t.is((await first).id, (await second).id);
  t.is((await runtime.list()).sandboxes.length, 1);
});
