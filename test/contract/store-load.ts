/** Load for the tests that cut a store off; run as a process of its own with `child DIRECTORY`, it tells its parent each acknowledged revision. */
import { SystemTurn } from '../../runtime/process/turn.js';
import { LmdbStore } from '../../runtime/snapshots/lmdb-store.js';
import { ManualClock } from '../harness/manual-clock.js';
import { owned, put, revisionOf } from './store-entries.js';

const WRITERS = 16;

export const open = (directory: string, incarnation: string) =>
  LmdbStore.open({
    directory,
    incarnation,
    clock: new ManualClock(),
    turn: new SystemTurn(),
    limits: { logEntriesMax: 200 },
  });

/** Updates one object per writer, each as soon as its last commit is acknowledged, until `acknowledged` returns false. */
export async function load(
  store: LmdbStore,
  incarnation: string,
  acknowledged: (revision: number) => boolean,
): Promise<void> {
  const token = await owned(store, incarnation);
  const writer = async (writer: number) => {
    let expected = 0;
    for (let i = 0; ; i++) {
      expected = await revisionOf(store, put(token, `w${writer}`, expected, `${i} ${'x'.repeat(700)}`));
      if (!acknowledged(expected)) return;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => writer(i)));
}

if (process.send && process.argv[2] === 'child') {
  const directory = process.argv[3] as string;
  await load(await open(directory, 'child'), 'child', (revision) => process.send?.(revision) ?? false);
}
