import { randomUUID } from 'node:crypto';
import test from 'ava';
import type { PodIdentity } from '../../node-agent/containers/container-runtime.js';
import { SimulatedRuntime } from '../../node-agent/containers/simulated-runtime.js';
import { SystemRandom } from '../../runtime/process/random.js';
import { ManualClock } from '../harness/manual-clock.js';
import { type RuntimeStage, runtimeContract } from './container-runtime.js';

function newStage(): RuntimeStage {
  const clock = new ManualClock();
  const runtime = new SimulatedRuntime({ clock, random: new SystemRandom() });
  return {
    runtime,
    image: 'app:1',
    missingImage: 'registry/missing:1',
    behave: (spec, behaviour) => {
      if (behaviour === 'runs') return spec;
      const exits = String(behaviour.exits);
      const labels = {
        'simulated.troupe.dev/exit-after': '0s',
        'simulated.troupe.dev/exit-code': exits,
        'simulated.troupe.dev/init-exit-code': exits,
      };
      return { ...spec, labels: { ...spec.labels, ...labels } };
    },
    newPod: (): PodIdentity => ({ namespace: 'default', name: 'web-0', uid: randomUUID() }),
    restarted: () => runtime,
    until: async (condition) => {
      for (let tries = 0; !(await condition()); tries++) {
        if (tries > 400) throw new Error('it did not come to pass');
        await clock.advance(50);
      }
    },
  };
}

for (const [promise, check] of Object.entries(runtimeContract)) {
  test(`simulated: ${promise}`, async (t) => {
    await t.notThrowsAsync(check(newStage()));
  });
}
