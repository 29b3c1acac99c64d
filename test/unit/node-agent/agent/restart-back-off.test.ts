import test from 'ava';
import { goDuration } from '../../../../node-agent/agent/go-duration.js';
import { RestartBackOff } from '../../../../node-agent/agent/restart-back-off.js';

test('the first failure waits for nothing, the following double from 10 s to 5 min', (t) => {
  const backOff = new RestartBackOff();
  const delays: number[] = [];
  let now = 0;
  for (let tries = 0; tries < 8; tries++) {
    const wait = backOff.waitAfter('c', now, now);
    delays.push(wait?.delayMs ?? 0);
    now = wait?.untilMs ?? now;
    backOff.next('c', now, now);
    now += 1;
  }
  t.deepEqual(delays, [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

test('after ten quiet minutes a failure counts as the first', (t) => {
  const backOff = new RestartBackOff();
  backOff.next('c', 0, 0);
  backOff.next('c', 20_000, 20_000);
  t.is(backOff.waitAfter('c', 30_000, 30_000)?.delayMs, 20_000);
  t.is(backOff.waitAfter('c', 620_001, 620_001), undefined);
  backOff.next('c', 620_001, 620_001);
  t.is(backOff.delayMs('c'), 10_000);
});

test('durations are printed as Go prints them', (t) => {
  t.deepEqual([393, 10_000, 80_000, 300_000, 3_600_000].map(goDuration), ['393ms', '10s', '1m20s', '5m0s', '1h0m0s']);
});
