/** Virtual time: nothing happens until a test moves it. */
import type { Clock, Timer } from '../../runtime/process/clock.js';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  #order = 0;
  #due = new Set<Due>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(ms: number, fn: () => void): Timer {
    const due = { atMs: this.#elapsedMs + Math.max(0, ms), order: this.#order++, fn };
    this.#due.add(due);
    return { cancel: () => this.#due.delete(due) };
  }

  /** When the next timer is due, ms from now. */
  nextMs(): number | undefined {
    const next = this.#earliest();
    return next && next.atMs - this.#elapsedMs;
  }

  /** Moves to the next timer and runs it. False if there is none within `withinMs`. */
  step(withinMs = Number.POSITIVE_INFINITY): boolean {
    const next = this.#earliest();
    if (!next || next.atMs > this.#elapsedMs + withinMs) return false;
    this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
    this.#due.delete(next);
    next.fn();
    return true;
  }

  /** Runs everything that is due in the next `ms`, at once: no promise settles meanwhile. */
  jump(ms: number): void {
    const end = this.#elapsedMs + ms;
    while (this.step(end - this.#elapsedMs));
    this.#elapsedMs = end;
  }

  /** Runs everything that is due in the next `ms`, letting promises settle after each timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsedMs + ms;
    await settle();
    while (this.step(end - this.#elapsedMs)) await settle();
    this.#elapsedMs = end;
    await settle();
  }

  #earliest(): Due | undefined {
    let earliest: Due | undefined;
    for (const due of this.#due) {
      if (!earliest || due.atMs < earliest.atMs || (due.atMs === earliest.atMs && due.order < earliest.order))
        earliest = due;
    }
    return earliest;
  }
}

/** Lets all promises that can settle do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
