/** Decisions on their way to a pretended disk: each becomes durable at its time, but never before the ones decided earlier. */
import type { Clock, Timer } from '../process/clock.js';
import type { Turn } from '../process/turn.js';

interface Pending {
  readonly dueMs: number;
  readonly flushed: () => void;
}

export class FlushQueue {
  #pending: Pending[] = [];
  readonly #timers = new Set<Timer>();
  #life = 0;

  constructor(
    private readonly clock: Clock,
    private readonly turn: Turn,
  ) {}

  /** Calls `flushed` once this and all earlier decisions are durable; never, if a crash comes first. */
  add(afterMs: number, flushed: () => void): void {
    this.#pending.push({ dueMs: this.clock.monotonic() + afterMs, flushed });
    const life = this.#life;
    if (afterMs <= 0) {
      this.turn.afterThisTurn(() => this.#drain(life));
      return;
    }
    const timer = this.clock.after(afterMs, () => {
      this.#timers.delete(timer);
      this.#drain(life);
    });
    this.#timers.add(timer);
  }

  #drain(life: number): void {
    if (life !== this.#life) return;
    const nowMs = this.clock.monotonic();
    while (this.#pending[0] && this.#pending[0].dueMs <= nowMs) this.#pending.shift()?.flushed();
  }

  /** Makes everything durable at once: a clean shutdown. */
  flushNow(): void {
    const pending = this.#pending;
    this.#forget();
    for (const { flushed } of pending) flushed();
  }

  /** Loses what is not durable yet; its answers never come. */
  crash(): number {
    const lost = this.#pending.length;
    this.#forget();
    return lost;
  }

  #forget(): void {
    this.#life++;
    this.#pending = [];
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
