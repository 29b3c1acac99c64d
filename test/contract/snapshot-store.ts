/**
 * What every SnapshotStore promises, as plain functions, so that ava runs them over each adapter and another test can see that each promise
 * catches the store that breaks it.
 */
import type { TestFn } from 'ava';
import type { SnapshotStore } from '../../runtime/snapshots/snapshot-store.js';
import type { StoreLimits } from '../../runtime/snapshots/store-limits.js';
import { COMMIT_PROMISES } from './snapshot-store-commits.js';
import { LOG_PROMISES } from './snapshot-store-log.js';
import { OWNERSHIP_PROMISES } from './snapshot-store-ownership.js';

export interface StoreStage {
  /** Opened by the process life `incarnation`. */
  readonly store: SnapshotStore;
  readonly incarnation: string;
  /** Ends the process without a word to the store and opens what is durable in the next life, generation raised. */
  reopen(): Promise<StoreStage>;
  /** Moves the clock. */
  readonly advance: (ms: number) => void;
}

export interface StorePromise {
  /** As a sentence after the store's name. */
  readonly title: string;
  readonly limits?: Partial<StoreLimits>;
  holds(stage: StoreStage): Promise<void>;
}

/** A stage with an empty store. `end` frees what it took. */
export type OpenStage = (limits: Partial<StoreLimits>) => Promise<{ stage: StoreStage; end: () => Promise<void> }>;

export const STORE_PROMISES: readonly StorePromise[] = [...COMMIT_PROMISES, ...OWNERSHIP_PROMISES, ...LOG_PROMISES];

export async function check(promise: StorePromise, open: OpenStage): Promise<void> {
  const { stage, end } = await open(promise.limits ?? {});
  try {
    await promise.holds(stage);
  } finally {
    await end();
  }
}

export function snapshotStoreContract(test: TestFn, name: string, open: OpenStage): void {
  for (const promise of STORE_PROMISES) {
    test(`${name}: ${promise.title}`, async (t) => {
      await t.notThrowsAsync(check(promise, open));
    });
  }
}
