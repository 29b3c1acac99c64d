/** One process of the simulated world. Dead, it does nothing any more: its timers never fire, its promises never settle, what it asks of the world is never done. */
import type { Clock, Timer } from '../../../runtime/process/clock.js';
import type { Turn } from '../../../runtime/process/turn.js';
import type { World } from './world.js';

export class Life {
  readonly clock: Clock;
  readonly turn: Turn;
  /** What it wants done in later turns, in order. */
  readonly turns: (() => void)[] = [];
  /** Among those that the world may let go next. */
  isQueued = false;
  #isAlive = true;
  readonly #onDeath: (() => void)[] = [];

  constructor(
    readonly name: string,
    readonly world: World,
  ) {
    const bornMs = world.elapsedMs;
    this.clock = {
      now: () => world.nowMs,
      monotonic: () => world.elapsedMs - bornMs,
      after: (ms, fn) => this.#after(ms, fn),
    };
    this.turn = { afterThisTurn: (fn) => this.#afterThisTurn(fn) };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  onDeath(fn: () => void): void {
    if (this.#isAlive) this.#onDeath.push(fn);
    else fn();
  }

  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.turns.length = 0;
    for (const fn of this.#onDeath.splice(0)) fn();
  }

  #after(ms: number, fn: () => void): Timer {
    return this.#isAlive ? this.world.schedule(this, ms, fn) : { cancel() {} };
  }

  #afterThisTurn(fn: () => void): void {
    if (!this.#isAlive) return;
    this.turns.push(fn);
    this.world.hasTurns(this);
  }

  /** A port as this life sees it: when it is dead, calls are not made, and answers under way never come. */
  scoped<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(() => Reflect.apply(member, target, args) as unknown);
      },
    });
  }

  #call(call: () => unknown): unknown {
    if (!this.#isAlive) return nothing();
    const result = call();
    if (result instanceof Promise) return this.whileAlive(result);
    if (typeof (result as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator] === 'function')
      return this.#pages(result as AsyncIterable<unknown>);
    return result;
  }

  /** Settles as the promise does, unless this life ends first. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#isAlive && resolve(value),
        (error: Error) => this.#isAlive && reject(error),
      );
    });
  }

  async *#pages(pages: AsyncIterable<unknown>): AsyncIterable<unknown> {
    for await (const page of pages) {
      if (!this.#isAlive) await new Promise(() => {});
      yield page;
    }
  }
}

/** What a dead life is answered: a promise that never settles, and a handle that can be closed. */
function nothing(): unknown {
  return Object.assign(new Promise(() => {}), { cancel() {}, close() {}, end() {} });
}
