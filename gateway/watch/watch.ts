/** WATCH: where it starts, what it is given first, and how it ends. */
import { GoneError, StatusError } from '../../schemas/errors.js';
import { encodeResourceVersion, type ResourceVersion } from '../../schemas/meta/resource-version.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { CacheEntry, ResourceCache } from '../../runtime/views/resource-cache.js';
import type { ApiResponse, ResponseSink } from '../api-request.js';
import { NotAcceptableError } from '../http-errors.js';
import { negotiate } from '../negotiation.js';
import { cacheOf, type ResourceCall } from '../resource-call.js';
import { CHUNK_BYTES } from '../respond.js';
import { includeObjectOf, type ListOptions, watchOptionsOf } from '../verbs/list-options.js';
import { waitForKnown, waitForVersion } from '../verbs/resource-version.js';
import { errorLine, WatchFormat } from './watch-format.js';
import type { WatchHub } from './watch-hub.js';
import { Watcher, type WatcherOptions } from './watcher.js';

const TIMEOUT_SECONDS_MIN = 1800;

/** What a watch is given before it goes live. */
type Start =
  | { readonly kind: 'state'; readonly endBookmark: boolean }
  | { readonly kind: 'now' }
  | { readonly kind: 'after'; readonly version: ResourceVersion }
  | { readonly kind: 'gone'; readonly error: GoneError };

async function startOf(call: ResourceCall, cache: ResourceCache, { resourceVersion }: ListOptions): Promise<Start> {
  const sends = call.query.boolean('sendInitialEvents');
  if (sends === undefined && resourceVersion !== '' && resourceVersion !== '0') return resumed(cache, resourceVersion);
  if (sends !== false) {
    await waitForVersion(cache, resourceVersion);
    return { kind: 'state', endBookmark: sends === true };
  }
  if (resourceVersion !== '' && resourceVersion !== '0') return resumed(cache, resourceVersion);
  await waitForVersion(cache, resourceVersion);
  return { kind: 'now' };
}

async function resumed(cache: ResourceCache, text: string): Promise<Start> {
  try {
    return { kind: 'after', version: await waitForKnown(cache, text) };
  } catch (error) {
    if (error instanceof GoneError) return { kind: 'gone', error };
    throw error;
  }
}

/** Kubernetes chooses between 30 and 60 minutes, so that clients don't all come back at once. */
function timeoutMsOf({ query, parts }: ResourceCall): number {
  const seconds = query.integer('timeoutSeconds') ?? 0;
  return (seconds > 0 ? seconds : TIMEOUT_SECONDS_MIN * (1 + parts.random.next())) * 1000;
}

export async function watch(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, '', ['object', 'table', 'partial']);
  if (negotiated.encoding !== 'json') throw new NotAcceptableError(['application/json']);
  const options = watchOptionsOf(call);
  const timeoutMs = timeoutMsOf(call);
  const format = new WatchFormat(call.definition, negotiated, includeObjectOf(call), () => call.parts.clock.now());
  const cache = await cacheOf(call);
  const start = await startOf(call, cache, options);
  const bookmarks = call.query.boolean('allowWatchBookmarks') ?? false;
  const watcherOptions = { selection: options.selection, format, bookmarks };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    run: (sink) => new WatchRun(call, cache, watcherOptions, timeoutMs, sink).begin(start),
  };
}

/** The life of one watch on its sink. */
class WatchRun {
  readonly #hub: WatchHub;
  readonly #watcher: Watcher;
  readonly #cache: ResourceCache;
  readonly #options: WatcherOptions;
  readonly #logger: Logger;

  constructor(
    call: ResourceCall,
    cache: ResourceCache,
    options: WatcherOptions,
    timeoutMs: number,
    sink: ResponseSink,
  ) {
    this.#cache = cache;
    this.#options = options;
    this.#logger = call.parts.logger;
    this.#hub = call.parts.watches.of(cache);
    this.#watcher = new Watcher(options, sink);
    const timer = call.parts.clock.after(timeoutMs, () => this.#timeout());
    sink.onClose(() => timer.cancel());
  }

  /** Never rejects. */
  begin(start: Start): void {
    this.#play(start).catch((error: unknown) => {
      if (error instanceof StatusError) return this.#fail(error);
      this.#logger.error({ error, type: this.#cache.type }, 'a watch failed unexpectedly');
      this.#fail(new GoneError('the watch could not be continued'));
    });
  }

  #fail(error: StatusError): void {
    if (this.#watcher.isClosed) return;
    this.#watcher.write(errorLine(error.toStatus()));
    this.#watcher.end();
  }

  #timeout(): void {
    if (this.#watcher.isClosed) return;
    if (this.#options.bookmarks) this.#hub.bookmark(this.#watcher);
    this.#hub.leave(this.#watcher);
    this.#watcher.end();
  }

  async #play(start: Start): Promise<void> {
    if (start.kind === 'gone') return this.#fail(start.error);
    if (start.kind === 'after') {
      this.#watcher.seen(start.version.storeGeneration, start.version.revision);
    } else {
      const { storeGeneration, revision, resourceVersion } = this.#cache;
      const entries = start.kind === 'state' ? this.#entries() : [];
      this.#watcher.seen(storeGeneration, revision);
      await this.#writeState(entries);
      if (start.kind === 'state' && start.endBookmark && this.#options.bookmarks)
        this.#watcher.bookmark(resourceVersion, true);
    }
    await this.#catchUp();
  }

  #entries(): readonly CacheEntry[] {
    const { selection } = this.#options;
    if (selection.key !== undefined) {
      const entry = this.#cache.get(selection.key);
      return entry && selection.matches(entry) ? [entry] : [];
    }
    const entries = this.#cache.list(selection.namespace);
    return selection.hasSelectors ? entries.filter((entry) => selection.matches(entry)) : entries;
  }

  /** Everything that exists, in chunks that wait for the client: it may be more than a watcher may queue. */
  async #writeState(entries: readonly CacheEntry[]): Promise<void> {
    const watcher = this.#watcher;
    let lines: Buffer[] = [];
    let bytes = 0;
    for (const [index, entry] of entries.entries()) {
      const line = this.#options.format.event('ADDED', entry, index === 0);
      lines.push(line);
      bytes += line.length;
      if (bytes < CHUNK_BYTES) continue;
      if (!watcher.write(Buffer.concat(lines))) await watcher.drained();
      if (watcher.isClosed) return;
      lines = [];
      bytes = 0;
    }
    if (lines.length > 0 && !watcher.write(Buffer.concat(lines))) await watcher.drained();
  }

  /** Reads the log until nothing is left between the watcher and the cache, and joins in that very moment. */
  async #catchUp(): Promise<void> {
    const watcher = this.#watcher;
    while (!watcher.isClosed) {
      if (watcher.revision === this.#cache.revision) return this.#hub.join(watcher);
      const { revision: newest, storeGeneration } = this.#cache;
      const changes = await this.#cache.since(watcher.revision);
      if (!changes)
        return this.#fail(
          new GoneError(`too old resource version: ${this.#versionText()} (${this.#cache.resourceVersion})`),
        );
      const bytes = watcher.encode(changes);
      const last = changes.at(-1);
      if (last) watcher.seen(last.storeGeneration, last.revision);
      else watcher.seen(storeGeneration, newest);
      if (bytes && !watcher.write(bytes)) await watcher.drained();
    }
  }

  #versionText(): string {
    return encodeResourceVersion(this.#watcher);
  }
}
