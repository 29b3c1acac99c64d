/** Keys to reconcile: each at most once in the queue and never twice at a time; a key that is named while it runs is queued again after. */
import type { ObjectKey } from '../../schemas/meta/object.js';
import type { Clock, Timer } from '../process/clock.js';
import type { Turn } from '../process/turn.js';

export class WorkQueue {
  readonly #ready = new Set<ObjectKey>();
  readonly #running = new Set<ObjectKey>();
  readonly #again = new Set<ObjectKey>();
  readonly #delayed = new Map<ObjectKey, { atMs: number; timer: Timer }>();
  #scheduled = false;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly turn: Turn,
    private readonly concurrency: number,
    private readonly run: (key: ObjectKey) => Promise<void>,
  ) {}

  /** Keys waiting, running or due later. */
  get depth(): number {
    return this.#ready.size + this.#running.size + this.#delayed.size;
  }

  add(key: ObjectKey): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#ready.add(key);
    this.#schedule();
  }

  /** The earliest of several wishes counts. */
  addAfter(key: ObjectKey, ms: number): void {
    if (this.#stopped) return;
    if (ms <= 0) return this.add(key);
    const atMs = this.clock.monotonic() + ms;
    const known = this.#delayed.get(key);
    if (known && known.atMs <= atMs) return;
    known?.timer.cancel();
    const timer = this.clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { atMs, timer });
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#ready.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.concurrency) return;
    this.#scheduled = true;
    this.turn.afterThisTurn(() => {
      this.#scheduled = false;
      this.#startReady();
    });
  }

  #startReady(): void {
    for (const key of this.#ready) {
      if (this.#running.size >= this.concurrency) return;
      this.#ready.delete(key);
      this.#running.add(key);
      void this.run(key).finally(() => this.#finished(key));
    }
  }

  #finished(key: ObjectKey): void {
    this.#running.delete(key);
    if (this.#again.delete(key)) this.#ready.add(key);
    if (this.#ready.size > 0) this.#schedule();
  }
}
