/** All entries of a type in key order. Changes are collected and merged in when somebody lists, so that a write costs O(1). */
import type { SlabEntry } from './cache-entry.js';

const byKey = (a: SlabEntry, b: SlabEntry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

export class SortedEntries {
  #sorted: SlabEntry[] = [];
  #changed = new Set<string>();

  /** `key` was added, replaced or removed. */
  touch(key: string): void {
    this.#changed.add(key);
  }

  clear(): void {
    this.#sorted = [];
    this.#changed.clear();
  }

  /** The sorted array as of now. Don't change it; it is valid until the next call. */
  sorted(current: ReadonlyMap<string, SlabEntry>): readonly SlabEntry[] {
    if (this.#changed.size > 0) this.#merge(current);
    return this.#sorted;
  }

  #merge(current: ReadonlyMap<string, SlabEntry>): void {
    const fresh: SlabEntry[] = [];
    for (const key of this.#changed) {
      const entry = current.get(key);
      if (entry) fresh.push(entry);
    }
    fresh.sort(byKey);
    const merged: SlabEntry[] = [];
    let next = 0;
    for (const entry of this.#sorted) {
      if (this.#changed.has(entry.key)) continue;
      while (next < fresh.length && fresh[next]!.key < entry.key) merged.push(fresh[next++]!);
      merged.push(entry);
    }
    while (next < fresh.length) merged.push(fresh[next++]!);
    this.#sorted = merged;
    this.#changed.clear();
  }
}

/** The first index whose key is ≥ `key`. */
export function lowerBound(entries: readonly { key: string }[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
