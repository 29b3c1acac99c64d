/** All caches of a process, sharing one arena and one bounded set of parsed objects. */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { cache as limits } from '../../schemas/limits.js';
import type { Clock } from '../process/clock.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import { ParsedObjects } from './cache-entry.js';
import type { ResourceCaches } from './resource-cache.js';
import { SlabArena } from './slab-arena.js';
import { type CacheParts, TypeCache } from './type-cache.js';

export class TypeCaches implements ResourceCaches {
  readonly #caches = new Map<string, Promise<TypeCache>>();
  readonly #loaded = new Map<string, TypeCache>();
  readonly #parts: CacheParts;

  constructor(
    private readonly kindByType: (type: string) => KindDefinition | undefined,
    store: SnapshotStore,
    clock: Clock,
    options: { soleWriter: boolean },
  ) {
    this.#parts = {
      store,
      clock,
      arena: new SlabArena(),
      parsed: new ParsedObjects(limits.parsedObjectsMax),
      soleWriter: options.soleWriter,
      windowChangesMax: limits.windowChangesMax,
      windowBytesMax: limits.windowBytesMax,
    };
  }

  of(type: string): Promise<TypeCache> {
    let cache = this.#caches.get(type);
    if (!cache) {
      cache = this.#load(type);
      this.#caches.set(type, cache);
      cache.catch(() => this.#caches.delete(type));
    }
    return cache;
  }

  loaded(type: string): TypeCache | undefined {
    return this.#loaded.get(type);
  }

  all(): IterableIterator<TypeCache> {
    return this.#loaded.values();
  }

  async #load(type: string): Promise<TypeCache> {
    const definition = this.kindByType(type);
    if (!definition) throw new Error(`no kind is stored as ${type}`);
    const cache = new TypeCache(definition, this.#parts);
    await cache.load();
    this.#loaded.set(type, cache);
    return cache;
  }
}
