/** Marker commits: a type that was written to lately also gets a revision without an object every five minutes, so that idle types advance and continue tokens expire. */
import { log as limits } from '../../schemas/limits.js';
import type { Clock, Timer } from '../process/clock.js';
import type { OwnedShards } from '../shards/owned-shards.js';
import type { TypeCache } from '../views/type-cache.js';
import type { GroupCommit } from './group-commit.js';

export class Markers {
  /** Type → the revision that its last marker made. */
  readonly #marked = new Map<string, number>();
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly commits: GroupCommit,
    private readonly shards: OwnedShards,
    private readonly caches: () => Iterable<TypeCache>,
  ) {}

  start(): void {
    for (const cache of this.caches()) this.#marked.set(cache.type, cache.revision);
    this.#timer = this.clock.after(limits.markerIntervalMs, () => this.#tick());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #tick(): void {
    for (const cache of this.caches())
      if (cache.revision !== (this.#marked.get(cache.type) ?? 0)) void this.#mark(cache);
    this.#timer = this.clock.after(limits.markerIntervalMs, () => this.#tick());
  }

  async #mark(cache: TypeCache): Promise<void> {
    const token = this.shards.token(cache.type, 0);
    if (!token) return;
    try {
      const { outcome } = await this.commits.commit(cache, {
        slot: 0,
        token,
        key: undefined,
        expected: undefined,
        write: { kind: 'marker' },
      });
      if (outcome.kind === 'committed') this.#marked.set(cache.type, outcome.revision);
    } catch {
      // An unknown outcome costs nothing here: the next tick marks again.
    }
  }
}
