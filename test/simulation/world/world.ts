/**
 * The simulated world: virtual time, and one thing after the other. Between two steps all promises that can settle do so; which life goes next, and everything else
 * that chance decides, comes from the seed. So a seed repeats a whole world exactly.
 */
import type { Timer } from '../../../runtime/process/clock.js';
import { Life } from './life.js';
import { SeededRandom } from './seeded-random.js';
import { TimerHeap } from './timer-heap.js';
import { Trace } from './trace.js';

/** A rule that must hold was broken. */
export class BrokenInvariantError extends Error {
  override readonly name = 'BrokenInvariantError';

  constructor(
    readonly invariant: string,
    detail: string,
  ) {
    super(detail);
  }
}

interface WorldTimer {
  readonly atMs: number;
  readonly order: number;
  readonly life: Life;
  fn: (() => void) | undefined;
}

const EPOCH_MS = Date.UTC(2026, 2, 1);
const STEPS_MAX = 3_000_000;

export class World {
  readonly trace = new Trace(() => `${this.#steps} ${this.#elapsedMs.toFixed(3)}`);
  failure: Error | undefined;
  /** Called before each step of a living life: where faults strike. */
  beforeStep: ((life: Life) => void) | undefined;
  readonly #timers = new TimerHeap<WorldTimer>();
  readonly #ready: Life[] = [];
  readonly #chance: SeededRandom;
  #elapsedMs = 0;
  #order = 0;
  #steps = 0;

  constructor(readonly seed: number) {
    this.#chance = this.random('order of steps');
  }

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  get nowMs(): number {
    return EPOCH_MS + this.#elapsedMs;
  }

  get steps(): number {
    return this.#steps;
  }

  random(label: string): SeededRandom {
    return new SeededRandom(this.seed, label);
  }

  life(name: string): Life {
    return new Life(name, this);
  }

  fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.trace.add(`FAILED ${error.message}`);
  }

  broken(invariant: string, detail: string): void {
    this.fail(new BrokenInvariantError(invariant, detail));
  }

  schedule(life: Life, ms: number, fn: () => void): Timer {
    const timer: WorldTimer = { atMs: this.#elapsedMs + Math.max(0, ms), order: this.#order++, life, fn };
    this.#timers.push(timer);
    return {
      cancel: () => {
        timer.fn = undefined;
      },
    };
  }

  hasTurns(life: Life): void {
    if (life.isQueued) return;
    life.isQueued = true;
    this.#ready.push(life);
  }

  /** Steps until `isDone`, a failure, or nothing is left to do. */
  run(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const step = () => {
        if (this.failure || isDone()) return resolve();
        if (this.#steps >= STEPS_MAX) this.broken('the world comes to rest', `${STEPS_MAX} steps were not enough`);
        if (!this.#step()) return resolve();
        setImmediate(step);
      };
      setImmediate(step);
    });
  }

  #step(): boolean {
    const life = this.#takeReady();
    if (life) {
      this.#perform(life, () => life.turns.shift());
      if (life.turns.length > 0) this.hasTurns(life);
      return true;
    }
    for (let timer = this.#timers.pop(); timer; timer = this.#timers.pop()) {
      if (!timer.fn || !timer.life.isAlive) continue;
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.atMs);
      const { fn } = timer;
      this.#perform(timer.life, () => fn);
      return true;
    }
    return false;
  }

  /** Any of those that have something to do now. */
  #takeReady(): Life | undefined {
    while (this.#ready.length > 0) {
      const at = this.#ready.length === 1 ? 0 : this.#chance.between(0, this.#ready.length - 1);
      const [life] = this.#ready.splice(at, 1);
      life!.isQueued = false;
      if (life!.isAlive && life!.turns.length > 0) return life;
    }
    return undefined;
  }

  #perform(life: Life, next: () => (() => void) | undefined): void {
    this.#steps++;
    this.beforeStep?.(life);
    if (!life.isAlive) return;
    try {
      next()?.();
    } catch (error) {
      this.fail(error as Error); // Nobody would have caught it: the process would have died.
    }
  }
}
