/** A gateway's core over a cache and a client in memory. */
import { authenticated, type User } from '../../../gateway/access/user.js';
import type { ApiResponse, ResponseSink } from '../../../gateway/api-request.js';
import { versionInfo } from '../../../gateway/discovery/version.js';
import { GatewayCore } from '../../../gateway/gateway-server.js';
import type { ResourceClient } from '../../../runtime/admission/resource-client.js';
import { silentLogger } from '../../../runtime/process/logger.js';
import type { ChangeEvent } from '../../../runtime/views/change.js';
import type { CacheEntry, ResourceCache } from '../../../runtime/views/resource-cache.js';
import { kinds } from '../../../schemas/kinds/registry.js';
import { type KubeObject, keyOfObject } from '../../../schemas/meta/object.js';
import { ManualClock } from '../../harness/manual-clock.js';

export const ADMIN: User = authenticated({ name: 'admin', groups: ['system:masters'] });

function entryOf(object: KubeObject, revision: number): CacheEntry {
  const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  return {
    key: keyOfObject(stored),
    namespace: stored.metadata.namespace,
    name: stored.metadata.name,
    uid: stored.metadata.uid,
    storeGeneration: 0,
    revision,
    resourceVersion: String(revision),
    labels: stored.metadata.labels,
    fields: undefined,
    bytes: Buffer.from(JSON.stringify(stored)),
    object: stored,
  };
}

/** One type. Changes are told at once. */
export class FakeCache implements ResourceCache {
  readonly type = 'configmaps';
  readonly storeGeneration = 0;
  revision = 1;
  /** Revisions up to here are forgotten by the log. */
  forgotten = 0;
  waitsForFresh = 0;
  readonly #entries = new Map<string, CacheEntry>();
  readonly #log: ChangeEvent[] = [];
  readonly #listeners = new Set<(changes: readonly ChangeEvent[]) => void>();

  get resourceVersion(): string {
    return String(this.revision);
  }

  get size(): number {
    return this.#entries.size;
  }

  put(object: KubeObject): CacheEntry {
    const before = this.#entries.get(keyOfObject(object));
    const entry = entryOf(object, this.revision + 1);
    this.#entries.set(entry.key, entry);
    this.#tell(entry, before ? 'modified' : 'added', before);
    return entry;
  }

  remove(key: string): CacheEntry {
    const before = this.#entries.get(key) as CacheEntry;
    this.#entries.delete(key);
    const entry = entryOf(before.object, this.revision + 1);
    this.#tell(entry, 'deleted', before);
    return entry;
  }

  #tell(entry: CacheEntry, kind: ChangeEvent['kind'], before: CacheEntry | undefined): void {
    this.revision++;
    const previous = before && { labels: before.labels ?? {} };
    const change = { kind, storeGeneration: 0, revision: this.revision, key: entry.key, entry, previous };
    this.#log.push(change);
    for (const listener of this.#listeners) listener([change]);
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  list(namespace?: string): readonly CacheEntry[] {
    const all = [...this.#entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return namespace === undefined ? all : all.filter((entry) => entry.namespace === namespace);
  }

  page({
    namespace,
    after,
    limit = Number.POSITIVE_INFINITY,
    revision,
    matches = () => true,
  }: Parameters<ResourceCache['page']>[0]) {
    if (revision !== undefined && revision <= this.forgotten) return undefined;
    const rest = this.list(namespace).filter(({ key }) => after === undefined || key > after);
    const matching = rest.filter(matches);
    const entries = matching.slice(0, limit);
    const last = entries.at(-1);
    const isLast = matching.length <= limit || last === undefined;
    return {
      entries,
      next: isLast ? undefined : last.key,
      remaining: isLast ? 0 : rest.length - rest.indexOf(last) - 1,
    };
  }

  async fresh(): Promise<void> {
    this.waitsForFresh++;
  }

  async reached(revision: number): Promise<boolean> {
    return this.revision >= revision;
  }

  async since(revision: number): Promise<readonly ChangeEvent[] | undefined> {
    return revision < this.forgotten ? undefined : this.#log.filter((change) => change.revision > revision);
  }

  isKnown(storeGeneration: number): boolean {
    return storeGeneration === 0;
  }

  subscribe(listener: (changes: readonly ChangeEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class FakeSink implements ResponseSink {
  readonly writes: Uint8Array[] = [];
  queuedBytes = 0;
  ending: 'end' | 'abort' | undefined;
  readonly #closeListeners: (() => void)[] = [];

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    return true;
  }

  end(): void {
    this.#close('end');
  }

  abort(): void {
    this.#close('abort');
  }

  onDrain(fn: () => void): void {
    fn();
  }

  onClose(fn: () => void): void {
    this.#closeListeners.push(fn);
  }

  #close(how: 'end' | 'abort'): void {
    this.ending ??= how;
    for (const listener of this.#closeListeners.splice(0)) listener();
  }

  get events(): { type: string; object: any }[] {
    const text = Buffer.concat(this.writes).toString();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; object: any });
  }

  /** `ADDED a` for each event. */
  get summary(): string[] {
    return this.events.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason ?? ''}`.trim());
  }
}

export function aConfigMap(name: string, labels: Record<string, string> = {}): KubeObject {
  const metadata = {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    resourceVersion: '',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels,
  };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: { key: 'value' } };
}

export class GatewayStage {
  readonly cache = new FakeCache();
  readonly clock = new ManualClock();
  readonly created: any[] = [];
  readonly core: GatewayCore;
  readonly #turns: (() => void)[] = [];

  constructor(client: Partial<ResourceClient> = {}) {
    const own = {
      as: () => own,
      create: async (_type: string, draft: any, options: unknown) => {
        this.created.push({ draft, options });
        const entry = this.cache.put({ ...draft, metadata: { uid: 'uid-new', ...draft.metadata } });
        return { result: 'created' as const, stored: entry, warnings: [] };
      },
      ...client,
    } as unknown as ResourceClient;
    this.core = new GatewayCore({
      kinds,
      version: versionInfo('0.0.0', 'linux/amd64', 'v24'),
      caches: { of: async () => this.cache, loaded: () => this.cache },
      client: own,
      clock: this.clock,
      random: { next: () => 0.5, uuid: () => 'uuid', bytes: (count) => new Uint8Array(count) },
      turn: { afterThisTurn: (fn) => this.#turns.push(fn) },
      logger: silentLogger,
    });
  }

  request(
    method: string,
    target: string,
    body?: string,
    headers: Record<string, string> = {},
    identity: User | undefined = ADMIN,
  ): Promise<ApiResponse> {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    return this.core.server.handle({
      method,
      target,
      headers: { 'content-type': 'application/json', ...headers },
      body: bytes,
      identity,
    });
  }

  async json(
    method: string,
    target: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: any }> {
    return parsed(await this.request(method, target, body, headers));
  }

  /** Begins a watch and lets it catch up. */
  async watch(query: string, headers: Record<string, string> = {}): Promise<FakeSink> {
    const response = await this.request('GET', `/api/v1/configmaps?watch=1&${query}`, undefined, headers);
    const sink = new FakeSink();
    if (!response.run) throw new Error(`no watch: ${JSON.stringify(parsed(response))}`);
    response.run(sink);
    await this.settle();
    return sink;
  }

  /** Ends turns until nothing more happens. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      for (let k = 0; k < 10; k++) await Promise.resolve();
      for (const fn of this.#turns.splice(0)) fn();
    }
  }
}

export function parsed(response: ApiResponse): { status: number; body: any } {
  if (response.run) throw new Error('a stream');
  const { body } = response;
  const text = (body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(body as Uint8Array[])).toString();
  return { status: response.status, body: JSON.parse(text) };
}
