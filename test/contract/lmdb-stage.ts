/** An LMDB store in a folder of its own for contract tests; a new life opens a copy of the file, as it is on disk without a word to the store that has it. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemTurn } from '../../runtime/process/turn.js';
import { LmdbStore } from '../../runtime/snapshots/lmdb-store.js';
import { ManualClock } from '../harness/manual-clock.js';
import type { OpenStage, StoreStage } from './snapshot-store.js';

export const openLmdb: OpenStage = async (limits) => {
  const root = mkdtempSync(join(tmpdir(), 'troupe-store-'));
  const clock = new ManualClock();
  const opened: LmdbStore[] = [];
  const stage = async (life: number): Promise<StoreStage> => {
    const directory = join(root, `life-${life}`);
    const incarnation = `life-${life}`;
    const store = await LmdbStore.open({ directory, incarnation, clock, turn: new SystemTurn(), limits });
    opened.push(store);
    return {
      store,
      incarnation,
      reopen() {
        mkdirSync(join(root, `life-${life + 1}`));
        copyFileSync(join(directory, 'data.mdb'), join(root, `life-${life + 1}`, 'data.mdb'));
        return stage(life + 1);
      },
      advance: (ms) => clock.jump(ms),
    };
  };
  const end = async () => {
    for (const store of opened) await store.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { stage: await stage(1), end };
};
