/** A memory store for contract tests; a new life is a crash and a reopening. */
import { SystemTurn } from '../../runtime/process/turn.js';
import { MemoryStore } from '../../runtime/snapshots/memory-store.js';
import { ManualClock } from '../harness/manual-clock.js';
import type { OpenStage, StoreStage } from './snapshot-store.js';

export const openMemory: OpenStage = async (limits) => {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock, turn: new SystemTurn(), incarnation: 'life-1', limits });
  const stage = (life: number): StoreStage => ({
    store,
    incarnation: `life-${life}`,
    async reopen() {
      store.crash();
      store.reopen(`life-${life + 1}`);
      return stage(life + 1);
    },
    advance: (ms) => clock.jump(ms),
  });
  return { stage: stage(1), end: () => store.close() };
};
