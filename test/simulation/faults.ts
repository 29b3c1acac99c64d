/** What may go wrong, how often, and what has: from the seed. Off before the storm and after it. */
import type { BatchFate, StoreFaults, StoreOperation } from '../../runtime/snapshots/store-faults.js';
import type { SeededRandom } from './world/seeded-random.js';
import type { BusFaults } from './world/sim-bus.js';
import type { World } from './world/world.js';

export type FaultKind =
  | 'process crash'
  | 'crash in commit'
  | 'crash before answer'
  | 'crash in start'
  | 'flush late'
  | 'flush failed'
  | 'store full'
  | 'event lost'
  | 'event late'
  | 'agent crash'
  | 'agent restart'
  | 'container killed'
  | 'node lost';

export class Faults implements StoreFaults, BusFaults {
  readonly counts = new Map<FaultKind, number>();
  isStorm = false;
  /** A flush has failed: as in the embedded store, none after it is answered, and the process is about to end. */
  isDiskBroken = false;
  #fullUntilMs = 0;
  readonly #random: SeededRandom;
  /** How rough this life is: some are all slow disks, some all lost events. */
  readonly #late: number;
  readonly #failed: number;
  readonly #full: number;
  readonly #lost: number;
  readonly #delayed: number;

  constructor(private readonly world: World) {
    const random = world.random('faults');
    const roughness = () => random.pick([0, 0.5, 1, 2]);
    this.#random = random;
    this.#late = 0.15 * roughness();
    this.#failed = 0.004 * roughness();
    this.#full = 0.004 * roughness();
    this.#lost = 0.1 * roughness();
    this.#delayed = 0.15 * roughness();
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  count(kind: FaultKind, where = ''): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.world.trace.add(`fault: ${kind} ${where}`);
  }

  /** Flushes take a moment also in good weather, so that there is something to lose. */
  fateOf(): BatchFate {
    const random = this.#random;
    const quickMs = random.next() < 0.5 ? 0 : random.next() * 3;
    if (!this.isStorm) return { kind: 'flushed', afterMs: quickMs };
    if (this.world.elapsedMs < this.#fullUntilMs) {
      this.count('store full');
      return { kind: 'full' };
    }
    if (random.chance(this.#full)) this.#fullUntilMs = this.world.elapsedMs + random.next() * 2_000;
    if (!this.isDiskBroken && random.chance(this.#failed)) {
      this.isDiskBroken = true;
      return {
        kind: 'unknown',
        effect: random.pick(['none', 'now']),
        effectAfterMs: random.next() * 10,
        answerAfterMs: random.next() * 20,
      };
    }
    if (!random.chance(this.#late)) return { kind: 'flushed', afterMs: quickMs };
    this.count('flush late');
    return { kind: 'flushed', afterMs: random.next() * random.pick([20, 200, 1_500]) };
  }

  delayMs(operation: StoreOperation): number {
    if (!this.isStorm || operation === 'read') return 0;
    return this.#random.chance(0.3) ? this.#random.next() * 50 : 0;
  }

  latencyMs(): number {
    return this.#random.next() * (this.isStorm ? 5 : 1);
  }

  eventDelayMs(): number | undefined {
    if (!this.isStorm) return this.latencyMs();
    if (this.#random.chance(this.#lost)) {
      this.count('event lost');
      return undefined;
    }
    if (!this.#random.chance(this.#delayed)) return this.latencyMs();
    this.count('event late');
    return this.#random.next() * 3_000;
  }
}
