/** A clock that a test moves. */
import type { Clock, Timer } from '../../runtime/process/clock.js';

export class ManualClock implements Clock {
  #monotonicMs = 0;
  #timers: { dueMs: number; fn: () => void }[] = [];

  constructor(private readonly startMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.startMs + this.#monotonicMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  after(ms: number, fn: () => void): Timer {
    const timer = { dueMs: this.#monotonicMs + ms, fn };
    this.#timers.push(timer);
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  advance(ms: number): void {
    this.#monotonicMs += ms;
    const due = this.#timers.filter((timer) => timer.dueMs <= this.#monotonicMs);
    this.#timers = this.#timers.filter((timer) => timer.dueMs > this.#monotonicMs);
    for (const { fn } of due.sort((a, b) => a.dueMs - b.dueMs)) fn();
  }
}
