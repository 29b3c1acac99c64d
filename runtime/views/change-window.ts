/** The recent changes of a type, newest last: what watches resume from and what pages at an earlier revision are made with. Bounded by count and bytes. */
import type { ChangeEvent } from './change.js';
import type { CacheEntry } from './resource-cache.js';

/** A change together with the entry that it replaced. */
export interface WindowedChange extends ChangeEvent {
  readonly before: CacheEntry | undefined;
}

export class ChangeWindow {
  #changes: WindowedChange[] = [];
  #first = 0;
  #bytes = 0;

  constructor(
    private readonly changesMax: number,
    private readonly bytesMax: number,
  ) {}

  push(change: WindowedChange): void {
    this.#changes.push(change);
    this.#bytes += sizeOf(change);
    while (this.#changes.length - this.#first > this.changesMax || this.#bytes > this.bytesMax) this.#dropOldest();
  }

  /** Changes with a revision above `revision`; undefined if some of them are no longer here. `newest` is the type's newest revision. */
  since(revision: number, newest: number): readonly WindowedChange[] | undefined {
    const wanted = newest - revision;
    if (wanted <= 0) return [];
    const held = this.#changes.length - this.#first;
    return wanted > held ? undefined : this.#changes.slice(this.#changes.length - wanted);
  }

  clear(): void {
    this.#changes = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    this.#bytes -= sizeOf(this.#changes[this.#first]!);
    this.#first++;
    if (this.#first < 1024 || this.#first < this.#changes.length / 2) return;
    this.#changes = this.#changes.slice(this.#first);
    this.#first = 0;
  }
}

// Dropped slots keep their reference until the array is cut, at most half of the window: the price of O(1).
const sizeOf = (change: WindowedChange): number => (change.entry ? 2_048 : 64);
