/**
 * Group commit: everything that a turn commits goes to the store as one batch, and while batches are on their way to the disk the next one collects. Outcomes are
 * folded into the caches in revision order before anybody is answered, so an acknowledged write is in every cache of this process.
 */
import type { KubeObject } from '../../schemas/meta/object.js';
import { commit as limits } from '../../schemas/limits.js';
import type { Turn } from '../process/turn.js';
import {
  type CommitEntry,
  type CommitOutcome,
  type SnapshotStore,
  UnknownOutcomeError,
} from '../snapshots/snapshot-store.js';
import type { CacheEntry } from '../views/resource-cache.js';
import type { Committed, TypeCache } from '../views/type-cache.js';

/** What became of a commit; `entry` is the object as the cache now has it (the deleted one for a delete). */
export interface CommitResult {
  readonly outcome: CommitOutcome;
  readonly entry: CacheEntry | undefined;
}

interface Pending {
  readonly cache: TypeCache;
  readonly entry: CommitEntry;
  readonly object: KubeObject | undefined;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
}

export class GroupCommit {
  #waiting: Pending[] = [];
  #scheduled = false;
  #flushes = 0;
  #commits = 0;

  constructor(
    private readonly store: SnapshotStore,
    private readonly turn: Turn,
  ) {}

  /** Revisions made so far, for metrics. */
  get commits(): number {
    return this.#commits;
  }

  /** `object` is the parsed form of the bytes, not shared with anybody: the cache keeps it. Rejects with UnknownOutcomeError. */
  commit(cache: TypeCache, entry: CommitEntry, object?: KubeObject): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ cache, entry, object, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#flushes >= limits.flushesMax) return;
    this.#scheduled = true;
    this.turn.afterThisTurn(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batches = this.#take();
    if (batches.size === 0) return;
    this.#flushes++;
    try {
      const entries = new Map([...batches].map(([type, pending]) => [type, pending.map(({ entry }) => entry)]));
      const outcomes = await this.store.commitAll(entries);
      for (const [type, pending] of batches) this.#settle(pending, outcomes.get(type));
    } catch (error) {
      for (const pending of batches.values()) this.#settle(pending, error as Error);
    } finally {
      this.#flushes--;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  /** As much of what waits as one batch may hold, by type; the rest stays in order. */
  #take(): Map<string, Pending[]> {
    const batches = new Map<string, Pending[]>();
    const sizes = new Map<string, number>();
    const rest: Pending[] = [];
    for (const pending of this.#waiting) {
      const { type } = pending.cache;
      const batch = batches.get(type) ?? [];
      const size = (sizes.get(type) ?? 0) + sizeOf(pending.entry);
      if (batch.length > 0 && (batch.length >= limits.entriesMax || size > limits.bytesMax)) {
        rest.push(pending);
        continue;
      }
      batch.push(pending);
      batches.set(type, batch);
      sizes.set(type, size);
    }
    this.#waiting = rest;
    return batches;
  }

  #settle(pending: readonly Pending[], outcomes: readonly CommitOutcome[] | Error | undefined): void {
    if (!outcomes || outcomes instanceof Error) {
      const error = outcomes ?? new UnknownOutcomeError('the store did not answer');
      for (const { reject } of pending) reject(error);
      return;
    }
    const entries = fold(pending, outcomes);
    this.#commits += entries.size;
    pending.forEach(({ resolve }, i) => resolve({ outcome: outcomes[i]!, entry: entries.get(i) }));
  }
}

/** Folds the batch's revisions into its cache; answers index in the batch → entry. */
function fold(pending: readonly Pending[], outcomes: readonly CommitOutcome[]): Map<number, CacheEntry | undefined> {
  const commits: Committed[] = [];
  const indices: number[] = [];
  outcomes.forEach((outcome, i) => {
    const { entry, object } = pending[i]!;
    if (outcome.kind !== 'committed' || entry.write.kind === 'check') return;
    const bytes = entry.write.kind === 'marker' ? undefined : entry.write.bytes;
    commits.push({
      kind: entry.write.kind,
      storeGeneration: outcome.storeGeneration,
      revision: outcome.revision,
      key: entry.key,
      bytes,
      object,
    });
    indices.push(i);
  });
  const folded = commits.length > 0 ? pending[0]!.cache.fold(commits) : [];
  return new Map(indices.map((index, i) => [index, folded[i]]));
}

function sizeOf(entry: CommitEntry): number {
  return 'bytes' in entry.write ? entry.write.bytes.length : 0;
}
