import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { SystemTurn } from '../../runtime/process/turn.js';
import { LmdbStore } from '../../runtime/snapshots/lmdb-store.js';
import { ManualClock } from '../harness/manual-clock.js';

class CountingClock extends ManualClock {
  readings = 0;

  override now(): number {
    this.readings++;
    return super.now();
  }
}

test('a newest row of several commits that is too old is left alone, not trimmed at over and over', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'troupe-trim-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const clock = new CountingClock();
  const store = await LmdbStore.open({
    directory,
    incarnation: 'a',
    clock,
    turn: new SystemTurn(),
    limits: { logAgeMaxMs: 1_000 },
  });
  t.teardown(() => store.close());
  const token = (await store.claim('pods', [0], 'a')).get(0)!;
  const put = (key: string) => ({
    slot: 0,
    token,
    key,
    expected: 0,
    write: { kind: 'put', bytes: Buffer.from('{}') } as const,
  });
  await store.commit('pods', [put('default/a'), put('default/b')]);
  await clock.advance(60_000); // Sweeps have run, and the row is older than it may be.
  await disk(100);
  const before = clock.readings;
  await disk(200);
  t.true(
    clock.readings - before < 5,
    `the clock was read ${clock.readings - before} times by a store that has nothing to do`,
  );
});

/** Real time, since a real disk is what a loop would keep busy. */
function disk(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
