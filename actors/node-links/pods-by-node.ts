/** Which pods are bound to which node, for all node-links of a process: one subscription to the pods' cache, keys only. */
import type { ChangeEvent } from '../../runtime/views/change.js';
import type { CacheEntry, ResourceCache, ResourceCaches } from '../../runtime/views/resource-cache.js';
import type { ObjectKey } from '../../schemas/meta/object.js';

/** This turn's changes of one node's pods, in revision order. */
export type NodeListener = (changes: readonly ChangeEvent[]) => void;

const nodeOf = (entry: CacheEntry | undefined): string | undefined => entry?.fields?.['spec.nodeName'] || undefined;

export class PodsByNode {
  readonly #keys = new Map<string, Set<ObjectKey>>();
  readonly #listeners = new Map<string, NodeListener>();
  #cache: Promise<ResourceCache> | undefined;

  constructor(private readonly caches: ResourceCaches) {}

  /** The pods' cache, indexed; loads it on first use. */
  cache(): Promise<ResourceCache> {
    this.#cache ??= this.#load();
    return this.#cache;
  }

  /** Entries bound to the node, as the cache has them now. Call after `cache()`. */
  entries(cache: ResourceCache, node: string): CacheEntry[] {
    const entries: CacheEntry[] = [];
    for (const key of this.#keys.get(node) ?? []) {
      const entry = cache.get(key);
      if (nodeOf(entry) === node) entries.push(entry!);
    }
    return entries;
  }

  /** One listener per node. */
  listen(node: string, listener: NodeListener): void {
    this.#listeners.set(node, listener);
  }

  unlisten(node: string, listener: NodeListener): void {
    if (this.#listeners.get(node) === listener) this.#listeners.delete(node);
  }

  async #load(): Promise<ResourceCache> {
    const cache = await this.caches.of('pods');
    for (const entry of cache.list()) this.#add(nodeOf(entry), entry.key);
    cache.subscribe((changes) => this.#fold(changes));
    return cache;
  }

  #add(node: string | undefined, key: ObjectKey): void {
    if (!node) return;
    const keys = this.#keys.get(node) ?? new Set();
    this.#keys.set(node, keys.add(key));
  }

  #fold(changes: readonly ChangeEvent[]): void {
    const byNode = new Map<string, ChangeEvent[]>();
    for (const change of changes) {
      const node = nodeOf(change.entry);
      if (!node) continue;
      if (change.kind === 'deleted') this.#keys.get(node)?.delete(change.key);
      else this.#add(node, change.key);
      const own = byNode.get(node);
      if (own) own.push(change);
      else byNode.set(node, [change]);
    }
    for (const [node, own] of byNode) this.#listeners.get(node)?.(own);
  }
}
