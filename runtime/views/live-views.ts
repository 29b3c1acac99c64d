/** Views over this process's caches. */
import type { ObjectKey } from '../../schemas/meta/object.js';
import type { ChangeEvent } from './change.js';
import type { ResourceCache, ResourceCaches } from './resource-cache.js';
import { type View, type ViewChange, Views, type ViewSpec } from './view.js';

const catchUpMs = 60_000;

export class LiveViews extends Views {
  readonly #views = new Map<ViewSpec<unknown>, Promise<LiveView<unknown>>>();

  constructor(private readonly caches: ResourceCaches) {
    super();
  }

  of<P>(spec: ViewSpec<P>): Promise<View<P>> {
    let view = this.#views.get(spec as ViewSpec<unknown>);
    if (!view) {
      view = this.caches.of(spec.type).then((cache) => new LiveView(spec as ViewSpec<unknown>, cache));
      this.#views.set(spec as ViewSpec<unknown>, view);
    }
    return view as Promise<View<unknown>> as Promise<View<P>>;
  }
}

class LiveView<P> implements View<P> {
  readonly type: string;
  readonly #items = new Map<ObjectKey, P>();
  readonly #indexes = new Map<string, Map<string, Set<ObjectKey>>>();
  readonly #listeners = new Set<(change: ViewChange<P>) => void>();

  constructor(
    private readonly spec: ViewSpec<P>,
    private readonly cache: ResourceCache,
  ) {
    this.type = spec.type;
    for (const name in spec.indexes) this.#indexes.set(name, new Map());
    for (const entry of cache.list()) this.#replace(entry.key, spec.project(entry.object, entry.key));
    cache.subscribe((changes) => {
      for (const change of changes) this.#apply(change);
    });
  }

  get revision(): number {
    return this.cache.revision;
  }

  get size(): number {
    return this.#items.size;
  }

  get(key: ObjectKey): P | undefined {
    return this.#items.get(key);
  }

  all(): IterableIterator<[ObjectKey, P]> {
    return this.#items.entries();
  }

  *by(index: string, value: string): IterableIterator<P> {
    for (const key of this.#indexes.get(index)?.get(value) ?? []) yield this.#items.get(key)!;
  }

  onChange(listener: (change: ViewChange<P>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async reached(revision: number): Promise<void> {
    while (!(await this.cache.reached(revision, catchUpMs))) {
      // The revision was committed, so it comes; a view that is behind is no reason to act on less.
    }
  }

  fresh(): Promise<void> {
    return this.cache.fresh();
  }

  #apply(change: ChangeEvent): void {
    if (change.kind === 'marker') return;
    const after = change.kind === 'deleted' ? undefined : this.spec.project(change.entry!.object, change.key);
    const before = this.#replace(change.key, after);
    if (before === undefined && after === undefined) return;
    for (const listener of this.#listeners) listener({ key: change.key, before, after, revision: change.revision });
  }

  #replace(key: ObjectKey, after: P | undefined): P | undefined {
    const before = this.#items.get(key);
    if (after === undefined) this.#items.delete(key);
    else this.#items.set(key, after);
    for (const [name, index] of this.#indexes) {
      const valuesOf = this.spec.indexes![name]!;
      if (before !== undefined) for (const value of valuesOf(before)) unindex(index, value, key);
      if (after !== undefined)
        for (const value of valuesOf(after)) index.set(value, (index.get(value) ?? new Set()).add(key));
    }
    return before;
  }
}

function unindex(index: Map<string, Set<ObjectKey>>, value: string, key: ObjectKey): void {
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}
