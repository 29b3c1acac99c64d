import test from 'ava';
import { ProbeWorker, type ProbeType } from '../../../../node-agent/probes/probe-worker.js';
import type { ProbeResult } from '../../../../node-agent/probes/run-probe.js';
import { ManualClock } from '../../../harness/manual-clock.js';

function start(type: ProbeType, probe: object, results: ProbeResult['kind'][], initial = type === 'Liveness') {
  const clock = new ManualClock();
  const told: string[] = [];
  const at: number[] = [];
  const worker = new ProbeWorker({
    type,
    probe,
    clock,
    random: { next: () => 0, uuid: () => '', bytes: () => new Uint8Array() },
    containerStartedMs: 0,
    initial,
    run: async () => {
      at.push(clock.monotonic());
      const kind = results.shift() ?? 'success';
      return kind === 'success' ? { kind } : { kind, message: 'why' };
    },
    onFailure: (message) => told.push(message),
    onResult: (success) => told.push(success ? 'up' : 'down'),
  });
  return { clock, told, at, worker };
}

test('a probe begins after its delay and is repeated by its period', async (t) => {
  const { clock, at } = start('Readiness', { initialDelaySeconds: 3, periodSeconds: 2 }, []);
  await clock.advance(8_000);
  t.deepEqual(at, [3_000, 5_000, 7_000]);
});

test('a result flips only at its threshold, and is told once', async (t) => {
  const { clock, told } = start('Readiness', { periodSeconds: 1, successThreshold: 2, failureThreshold: 2 }, [
    'success',
    'failure',
    'success',
    'success',
    'success',
    'failure',
    'failure',
    'failure',
  ]);
  await clock.advance(7_500);
  const failed = 'Readiness probe failed: why';
  t.deepEqual(told, [failed, 'up', failed, failed, 'down', failed]);
});

test('a liveness probe tells nothing while it succeeds, and then its third failure', async (t) => {
  const { clock, told } = start('Liveness', { periodSeconds: 1 }, ['success', 'failure', 'failure', 'errored']);
  await clock.advance(3_500);
  t.deepEqual(told, [
    'Liveness probe failed: why',
    'Liveness probe failed: why',
    'Liveness probe errored and resulted in unknown state: why',
    'down',
  ]);
});

test('a startup probe that never passes fails', async (t) => {
  const { clock, told } = start('Startup', { periodSeconds: 1, failureThreshold: 1 }, ['failure'], false);
  await clock.advance(500);
  t.is(told.at(-1), 'down');
});

test('a stopped probe runs no more', async (t) => {
  const { clock, at, worker } = start('Readiness', { periodSeconds: 1 }, []);
  await clock.advance(500);
  worker.stop();
  await clock.advance(5_000);
  t.is(at.length, 1);
});
