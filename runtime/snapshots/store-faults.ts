/** What simulation may do to a memory store. Decides from its own seed; is asked once per batch, before anything of it happens. */
import type { StoreType } from './snapshot-store.js';

/**
 * - `flushed`: the usual. Durable and answered `afterMs` later (0: at the end of the turn), behind all that was decided before.
 * - `unknown`: the answer never comes; the caller learns that after `answerAfterMs`. The batch takes effect `now`, never (`none`), or `late`:
 *   its checks are made `effectAfterMs` from now, so that only a renewed claim is safe from it.
 * - `full`: every put is refused; deletes, markers and checks pass.
 */
export type BatchFate =
  | { readonly kind: 'flushed'; readonly afterMs: number }
  | {
      readonly kind: 'unknown';
      readonly effect: 'none' | 'now' | 'late';
      readonly effectAfterMs: number;
      readonly answerAfterMs: number;
    }
  | { readonly kind: 'full' };

export type StoreOperation = 'claim' | 'release' | 'setGuards' | 'putRecord' | 'raise' | 'read';

export interface StoreFaults {
  fateOf(types: readonly StoreType[]): BatchFate;
  /** How long an operation that is no commit takes; 0 is the end of the turn (for reads: at once). */
  delayMs(operation: StoreOperation): number;
}

export const NO_FAULTS: StoreFaults = {
  fateOf: () => ({ kind: 'flushed', afterMs: 0 }),
  delayMs: () => 0,
};
