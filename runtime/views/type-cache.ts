/** ResourceCache over slabs: folds commits in revision order and serves lists, pages, watches and views from one entry per object. */
import { spliceOffset, splice } from '../../schemas/meta/canonical.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import { type KubeObject, type ObjectKey, splitKey } from '../../schemas/meta/object.js';
import type { Clock } from '../process/clock.js';
import {
  type GenerationRecord,
  type LogEntry,
  type Selectables,
  type SnapshotStore,
  type StoredSnapshot,
  StoreUnusableError,
} from '../snapshots/snapshot-store.js';
import { type ParsedObjects, resourceVersionOf, SlabEntry } from './cache-entry.js';
import type { ChangeEvent } from './change.js';
import { ChangeWindow, type WindowedChange } from './change-window.js';
import type { CacheEntry, Page, ResourceCache } from './resource-cache.js';
import type { SlabArena } from './slab-arena.js';
import { lowerBound, SortedEntries } from './sorted-entries.js';

/** A commit as the cache folds it in. `bytes` are canonical; `object` is theirs, parsed. */
export interface Committed {
  readonly kind: 'put' | 'delete' | 'marker';
  readonly storeGeneration: number;
  readonly revision: number;
  readonly key: ObjectKey | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly object?: KubeObject;
}

export interface CacheParts {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly arena: SlabArena;
  readonly parsed: ParsedObjects;
  /** True where this process is the store's only writer: then nothing is committed that is not folded in. */
  readonly soleWriter: boolean;
  readonly windowChangesMax: number;
  readonly windowBytesMax: number;
}

const logPageEntries = 1_000;

export class TypeCache implements ResourceCache {
  readonly type: string;
  storeGeneration = 0;
  revision = 0;
  readonly #entries = new Map<ObjectKey, SlabEntry>();
  readonly #order = new SortedEntries();
  readonly #window: ChangeWindow;
  readonly #listeners = new Set<(changes: readonly ChangeEvent[]) => void>();
  readonly #waiting = new Set<{ revision: number; wake: () => void }>();
  readonly #prefixLength: number;
  #generations: readonly GenerationRecord[] = [];
  #freshRead: Promise<void> | undefined;

  constructor(
    readonly definition: KindDefinition,
    private readonly parts: CacheParts,
  ) {
    this.type = definition.type;
    this.#window = new ChangeWindow(parts.windowChangesMax, parts.windowBytesMax);
    this.#prefixLength = spliceOffset(definition.kind, apiVersionOf(definition));
  }

  get resourceVersion(): string {
    return resourceVersionOf(this.storeGeneration, this.revision);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Reads the newest revision, the snapshots, and then what was committed meanwhile. */
  async load(): Promise<void> {
    const { store } = this.parts;
    const newest = (await store.newest([this.type])).get(this.type);
    for await (const page of store.load(this.type)) for (const snapshot of page) this.#admit(snapshot);
    this.storeGeneration = newest?.storeGeneration ?? 0;
    this.revision = newest?.revision ?? 0;
    this.#generations = await store.generations(this.type);
    await this.#catchUp();
  }

  get(key: ObjectKey): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  list(namespace?: string): readonly CacheEntry[] {
    return inNamespace(this.#order.sorted(this.#entries), namespace);
  }

  page(query: {
    namespace?: string;
    after?: ObjectKey;
    limit?: number;
    revision?: number;
    matches?: (entry: CacheEntry) => boolean;
  }): Page | undefined {
    const all =
      query.revision === undefined || query.revision === this.revision ? this.list() : this.#listAt(query.revision);
    if (!all) return undefined;
    const entries = inNamespace(all, query.namespace);
    const limit = query.limit ?? Number.POSITIVE_INFINITY;
    const picked: CacheEntry[] = [];
    let at = query.after === undefined ? 0 : lowerBound(entries, `${query.after}\0`);
    for (; at < entries.length && picked.length < limit; at++) {
      const entry = entries[at]!;
      if (!query.matches || query.matches(entry)) picked.push(entry);
    }
    // The page ends at its last match, but more may follow only if something after it matches.
    const more = query.matches ? entries.slice(at).some(query.matches) : at < entries.length;
    return { entries: picked, next: more ? picked.at(-1)?.key : undefined, remaining: more ? entries.length - at : 0 };
  }

  fresh(): Promise<void> {
    if (this.parts.soleWriter) return Promise.resolve();
    this.#freshRead ??= this.#readNewest().finally(() => {
      this.#freshRead = undefined;
    });
    return this.#freshRead;
  }

  reached(revision: number, timeoutMs: number): Promise<boolean> {
    if (this.revision >= revision) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(timeoutMs, () => {
        this.#waiting.delete(waiter);
        resolve(false);
      });
      const waiter = {
        revision,
        wake: () => {
          timer.cancel();
          resolve(true);
        },
      };
      this.#waiting.add(waiter);
    });
  }

  async since(revision: number): Promise<readonly ChangeEvent[] | undefined> {
    const held = this.#window.since(revision, this.revision);
    if (held) return held;
    const upTo = this.revision;
    const changes: ChangeEvent[] = [];
    for (let from = revision; from < upTo; ) {
      const read = await this.parts.store.readLog(this.type, from, logPageEntries);
      if (read.kind === 'behind' || read.entries.length === 0) return undefined;
      for (const entry of read.entries) if (entry.revision <= upTo) changes.push(this.#changeOf(entry));
      from = read.entries.at(-1)!.revision;
    }
    // Commits folded in while the log was being read are in the window.
    return [...changes, ...(this.#window.since(upTo, this.revision) ?? [])];
  }

  isKnown(storeGeneration: number, revision: number): boolean {
    if (storeGeneration === this.storeGeneration) return true;
    const next = this.#generations.find((record) => record.storeGeneration > storeGeneration);
    return storeGeneration < this.storeGeneration && next !== undefined && revision <= next.startedAfter;
  }

  subscribe(listener: (changes: readonly ChangeEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Folds commits in; they must follow on from `revision`, in order. Listeners are told once. Returns the entry of each. */
  fold(commits: readonly Committed[]): (CacheEntry | undefined)[] {
    const changes = commits.map((commit) => this.#foldOne(commit));
    for (const listener of this.#listeners) listener(changes);
    if (this.#waiting.size > 0) this.#wake();
    this.#compact();
    return changes.map((change) => change.entry);
  }

  #foldOne(commit: Committed): WindowedChange {
    if (commit.revision !== this.revision + 1)
      throw new Error(`${this.type}: revision ${commit.revision} does not follow ${this.revision}`);
    const { key } = commit;
    const before = key === undefined ? undefined : this.#entries.get(key);
    const entry =
      commit.kind === 'put'
        ? this.#put(commit, before)
        : commit.kind === 'delete'
          ? this.#delete(commit, before)
          : undefined;
    this.revision = commit.revision;
    this.storeGeneration = commit.storeGeneration;
    const change: WindowedChange = {
      kind: commit.kind === 'put' ? (before ? 'modified' : 'added') : commit.kind === 'delete' ? 'deleted' : 'marker',
      storeGeneration: commit.storeGeneration,
      revision: commit.revision,
      key: key ?? '',
      entry,
      previous: before,
      before,
    };
    this.#window.push(change);
    return change;
  }

  #put(commit: Committed, before: SlabEntry | undefined): SlabEntry {
    const resourceVersion = resourceVersionOf(commit.storeGeneration, commit.revision);
    const committed = commit.object ?? (JSON.parse(Buffer.from(commit.bytes!).toString()) as KubeObject);
    // The committed object may share its metadata with the one before it.
    const object = { ...committed, metadata: { ...committed.metadata, resourceVersion } };
    const entry = new SlabEntry(
      factsOf(this.definition, commit.key!, object, before),
      commit.storeGeneration,
      commit.revision,
      resourceVersion,
      commit.bytes!,
      this.#prefixLength,
      this.parts.arena,
      this.parts.parsed,
      object,
    );
    this.#entries.set(entry.key, entry);
    this.#order.touch(entry.key);
    if (before) this.parts.arena.release(before.slab, before.length);
    return entry;
  }

  #delete(commit: Committed, before: SlabEntry | undefined): CacheEntry {
    this.#entries.delete(commit.key!);
    this.#order.touch(commit.key!);
    if (before) this.parts.arena.release(before.slab, before.length);
    return this.#detached(commit.key!, commit.bytes!, commit.storeGeneration, commit.revision, commit.object);
  }

  #parse({ key, bytes }: StoredSnapshot): KubeObject {
    try {
      return JSON.parse(Buffer.from(bytes).toString()) as KubeObject;
    } catch (error) {
      throw new StoreUnusableError(`the stored object ${this.type}/${key} is damaged: ${(error as Error).message}`);
    }
  }

  #admit(snapshot: StoredSnapshot): void {
    const resourceVersion = resourceVersionOf(snapshot.storeGeneration, snapshot.revision);
    const object = this.#parse(snapshot);
    const facts = factsOf(this.definition, snapshot.key, object, undefined);
    this.#entries.set(
      snapshot.key,
      new SlabEntry(
        facts,
        snapshot.storeGeneration,
        snapshot.revision,
        resourceVersion,
        snapshot.bytes,
        this.#prefixLength,
        this.parts.arena,
        this.parts.parsed,
      ),
    );
    this.#order.touch(snapshot.key);
  }

  /** An entry that is nobody's current one: a deleted object, a state from the log. */
  #detached(
    key: ObjectKey,
    bytes: Uint8Array,
    storeGeneration: number,
    revision: number,
    committed?: KubeObject,
  ): CacheEntry {
    const resourceVersion = resourceVersionOf(storeGeneration, revision);
    const spliced = splice(bytes, this.#prefixLength, resourceVersion);
    const object = committed
      ? { ...committed, metadata: { ...committed.metadata, resourceVersion } }
      : (JSON.parse(spliced.toString()) as KubeObject);
    return {
      ...factsOf(this.definition, key, object, undefined),
      storeGeneration,
      revision,
      resourceVersion,
      bytes: spliced,
      object,
    };
  }

  #changeOf(entry: LogEntry): ChangeEvent {
    const kind =
      entry.kind === 'put'
        ? entry.previousRevision > 0
          ? 'modified'
          : 'added'
        : entry.kind === 'delete'
          ? 'deleted'
          : 'marker';
    const { storeGeneration, revision } = entry;
    return {
      kind,
      storeGeneration,
      revision,
      key: entry.key ?? '',
      entry:
        entry.bytes && entry.key !== undefined
          ? this.#detached(entry.key, entry.bytes, storeGeneration, revision)
          : undefined,
      previous: entry.previous as Selectables | undefined,
    };
  }

  #listAt(revision: number): readonly CacheEntry[] | undefined {
    const newer = this.#window.since(revision, this.revision);
    if (!newer) return undefined;
    const at = new Map<ObjectKey, CacheEntry | undefined>();
    for (const change of newer) if (change.kind !== 'marker' && !at.has(change.key)) at.set(change.key, change.before);
    const kept = this.#order.sorted(this.#entries).filter((entry) => !at.has(entry.key));
    const undone = [...at.values()].filter((entry) => entry !== undefined);
    return ([...kept, ...undone] as CacheEntry[]).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  async #readNewest(): Promise<void> {
    const newest = (await this.parts.store.newest([this.type])).get(this.type);
    if (newest && newest.revision > this.revision) await this.#catchUp();
  }

  /** Folds in from the log what no event has brought. */
  async #catchUp(): Promise<void> {
    for (;;) {
      const read = await this.parts.store.readLog(this.type, this.revision, logPageEntries);
      if (read.kind === 'behind')
        throw new Error(`${this.type}: the log no longer reaches back to revision ${this.revision}`);
      const fresh = read.entries.filter((entry) => entry.revision > this.revision);
      if (fresh.length === 0) return;
      this.fold(fresh);
    }
  }

  #wake(): void {
    for (const waiter of this.#waiting) {
      if (waiter.revision > this.revision) continue;
      this.#waiting.delete(waiter);
      waiter.wake();
    }
  }

  #compact(): void {
    if (this.revision % 4_096 !== 0) return;
    const sparse = this.parts.arena.sparse();
    if (sparse.size === 0) return;
    for (const entry of this.#entries.values()) if (sparse.has(entry.slab)) entry.move(this.parts.arena);
  }
}

function inNamespace(entries: readonly CacheEntry[], namespace: string | undefined): readonly CacheEntry[] {
  if (namespace === undefined) return entries;
  return entries.slice(lowerBound(entries, `${namespace}/`), lowerBound(entries, `${namespace}0`)); // '0' follows '/'.
}

function factsOf(definition: KindDefinition, key: ObjectKey, object: KubeObject, before: CacheEntry | undefined) {
  const { namespace, name } = before ?? splitKey(key);
  const { labels, uid } = object.metadata;
  return { key: before?.key ?? key, namespace, name, uid, labels, fields: fieldsOf(definition, object) };
}

/** Values of the kind's selectable fields; undefined if there are none. */
export function fieldsOf(definition: KindDefinition, object: KubeObject): Record<string, string> | undefined {
  let fields: Record<string, string> | undefined;
  for (const field in definition.selectableFields) {
    const value = definition.selectableFields[field]!(object);
    if (value !== '') (fields ??= {})[field] = value;
  }
  return fields;
}
