/** Tells node-links when a ConfigMap or Secret that their pods mention has changed: one subscription per type and process. */
import type { ResourceCaches } from '../../runtime/views/resource-cache.js';

export type ConfigKind = 'ConfigMap' | 'Secret';

const typeOf: Record<ConfigKind, string> = { ConfigMap: 'configmaps', Secret: 'secrets' };

type Listener = (kind: ConfigKind, namespace: string, name: string) => void;

export class ConfigWatch {
  /** `<kind>/<namespace>/<name>` → who is to be told. */
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #watched = new Set<ConfigKind>();

  constructor(private readonly caches: ResourceCaches) {}

  add(key: string, listener: Listener): void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    void this.#watch(key.startsWith('Secret/') ? 'Secret' : 'ConfigMap');
  }

  remove(key: string, listener: Listener): void {
    const listeners = this.#listeners.get(key);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(key);
  }

  async #watch(kind: ConfigKind): Promise<void> {
    if (this.#watched.has(kind)) return;
    this.#watched.add(kind);
    try {
      const cache = await this.caches.of(typeOf[kind]);
      cache.subscribe((changes) => {
        for (const { entry } of changes) {
          if (!entry) continue;
          for (const listener of this.#listeners.get(`${kind}/${entry.key}`) ?? [])
            listener(kind, entry.namespace ?? '', entry.name);
        }
      });
    } catch {
      this.#watched.delete(kind); // The next pod that mentions one tries again; agents ask anew after a minute anyway.
    }
  }
}
