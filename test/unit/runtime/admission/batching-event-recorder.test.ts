import test from 'ava';
import { BatchingEventRecorder } from '../../../../runtime/admission/batching-event-recorder.js';
import { events as limits } from '../../../../schemas/limits.js';
import { settle } from '../../../harness/manual-clock.js';
import { startStage } from '../../../harness/stage.js';

const about = (name: string, message: string) => ({
  involved: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name, uid: `uid-${name}` },
  type: 'Warning' as const,
  reason: 'BackOff',
  message,
  component: 'kubelet',
});

async function aRecorder() {
  const { clock, controlPlane } = await startStage();
  const recorder = new BatchingEventRecorder(controlPlane.clientFor('test'), clock);
  const written = async () => {
    for (let i = 0; i < 50; i++) await settle(); // Commits take turns of the event loop.
    return (await controlPlane.caches.of('events'))
      .list('default')
      .map(({ object }) => [object['message'], object['count']]);
  };
  return { clock, recorder, written };
}

test('a repeat raises the count of the event that is there', async (t) => {
  const { clock, recorder, written } = await aRecorder();
  recorder.record(about('web', 'Back-off restarting failed container'));
  await clock.advance(1_000);
  t.deepEqual(await written(), [['Back-off restarting failed container', 1]]);
  for (let i = 0; i < 4; i++) recorder.record(about('web', 'Back-off restarting failed container'));
  await clock.advance(1_000);
  t.deepEqual(await written(), [['Back-off restarting failed container', 5]]);
});

test('a flood about one object is cut to its allowance and does not silence another', async (t) => {
  const { clock, recorder, written } = await aRecorder();
  for (let i = 0; i < 500; i++) recorder.record(about('noisy', `message ${i}`));
  recorder.record(about('quiet', 'one word'));
  await clock.advance(10_000);
  const messages = await written();
  t.is(messages.length, limits.burstPerObject + 1);
  t.true(messages.some(([message]) => message === 'one word'));
  t.is(recorder.dropped, 500 - limits.burstPerObject);
});
