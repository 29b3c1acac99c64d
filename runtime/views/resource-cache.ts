/**
 * A process's copy of one resource type: what GET, LIST and WATCH are served from, what the resource actors of the embedded setting use as their state, and
 * what views project from. One entry per object, shared by all of them; bytes in slabs; parsed on demand.
 */
import type { KubeObject, ObjectKey } from '../../schemas/meta/object.js';
import type { ChangeEvent } from './change.js';

/** Immutable: a change makes a new entry. */
export interface CacheEntry {
  readonly key: ObjectKey;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly storeGeneration: number;
  readonly revision: number;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Selectable fields beside metadata.name and metadata.namespace. */
  readonly fields: Readonly<Record<string, string>> | undefined;
  /** UTF-8 JSON with the resourceVersion in it. A view into a slab: copy what outlives this turn's writes only if you must; entries keep their slab alive. */
  readonly bytes: Uint8Array;
  /** Parsed; small LRU behind it, so don't keep it for long. Immutable. */
  readonly object: KubeObject;
}

export interface Page {
  readonly entries: readonly CacheEntry[];
  /** The key to continue after, where there is more. */
  readonly next: ObjectKey | undefined;
  /** Entries after this page (without regard to `matches`). */
  readonly remaining: number;
}

export interface ResourceCache {
  readonly type: string;
  readonly storeGeneration: number;
  /** The newest revision folded in. */
  readonly revision: number;
  readonly resourceVersion: string;
  readonly size: number;

  get(key: ObjectKey): CacheEntry | undefined;

  /** Sorted by key, of one namespace or all; as it is now. */
  list(namespace?: string): readonly CacheEntry[];

  /** A page in key order as the type was at `revision` (undefined: now). Undefined where that is no longer known (answer 410). `limit` counts entries that match. */
  page(query: {
    namespace?: string;
    after?: ObjectKey;
    limit?: number;
    revision?: number;
    matches?: (entry: CacheEntry) => boolean;
  }): Page | undefined;

  /** Resolves when everything that was committed before the call is folded in. Calls of one turn share one read of the store. Throws ServiceUnavailableError. */
  fresh(): Promise<void>;

  /** Resolves true once `revision` is folded in, false after `timeoutMs`. */
  reached(revision: number, timeoutMs: number): Promise<boolean>;

  /** Changes after `revision`, in order; undefined where the log no longer reaches back (410). */
  since(revision: number): Promise<readonly ChangeEvent[] | undefined>;

  /** Is (generation, revision) one that a client may resume from? See docs/architecture.md, resourceVersion. */
  isKnown(storeGeneration: number, revision: number): boolean;

  /** Called once per turn with that turn's changes in revision order, after they were folded in. Must not throw. */
  subscribe(listener: (changes: readonly ChangeEvent[]) => void): () => void;
}

export interface ResourceCaches {
  /** The cache of a type, loading it on first use. */
  of(type: string): Promise<ResourceCache>;
  /** If it is loaded. */
  loaded(type: string): ResourceCache | undefined;
}
