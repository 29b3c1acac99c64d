/**
 * All watches of one type in this process. A flush encodes each change once per format and selector, and writes once per watcher, however many changes came
 * meanwhile: the cost of fan-out is a write call per watcher, so the next flush waits about as long as the last one took.
 */
import type { Clock, Timer } from '../../runtime/process/clock.js';
import type { Turn } from '../../runtime/process/turn.js';
import type { ChangeEvent } from '../../runtime/views/change.js';
import type { ResourceCache } from '../../runtime/views/resource-cache.js';
import { GoneError } from '../../schemas/errors.js';
import { errorLine } from './watch-format.js';
import type { Watcher } from './watcher.js';

/** The longest that a change waits for others. */
const COALESCE_MS_MAX = 25;
const BOOKMARK_MS = 60_000;

/** Watchers that get the same bytes. */
interface Group {
  readonly watchers: Set<Watcher>;
}

export class WatchHub {
  readonly #groups = new Map<string, Group>();
  #pending: ChangeEvent[] = [];
  #isScheduled = false;
  #lastTookMs = 0;
  #bookmarks: Timer | undefined;
  /** The newest change that has been flushed, or the cache's revision when there was nothing to flush. */
  #flushed: number;
  #watchers = 0;

  constructor(
    readonly cache: ResourceCache,
    private readonly clock: Clock,
    private readonly turn: Turn,
  ) {
    this.#flushed = cache.revision;
    cache.subscribe((changes) => this.#changed(changes));
  }

  get watchers(): number {
    return this.#watchers;
  }

  /** From now on the watcher is given what comes after its revision; the caller has just seen that nothing lies between that and the cache. */
  join(watcher: Watcher): void {
    const group = this.#groups.get(watcher.groupId) ?? { watchers: new Set<Watcher>() };
    this.#groups.set(watcher.groupId, group);
    group.watchers.add(watcher);
    this.#watchers++;
    watcher.sink.onClose(() => this.leave(watcher));
    this.#bookmarks ??= this.clock.after(BOOKMARK_MS, () => this.#sendBookmarks());
  }

  /** May be repeated. */
  leave(watcher: Watcher): void {
    const group = this.#groups.get(watcher.groupId);
    if (!group?.watchers.delete(watcher)) return;
    this.#watchers--;
    if (group.watchers.size === 0) this.#groups.delete(watcher.groupId);
  }

  /** Ends all watches cleanly: the server stops. */
  endAll(): void {
    this.#bookmarks?.cancel();
    this.#bookmarks = undefined;
    for (const { watchers } of this.#groups.values()) for (const watcher of watchers) this.#end(watcher);
  }

  /** Gives a watcher of this hub what has come, then a bookmark. */
  bookmark(watcher: Watcher): void {
    this.#flush();
    if (!watcher.isClosed) watcher.bookmark(this.cache.resourceVersion);
  }

  #end(watcher: Watcher): void {
    this.leave(watcher);
    watcher.end();
  }

  #changed(changes: readonly ChangeEvent[]): void {
    if (this.#watchers === 0) {
      this.#pending = [];
      this.#flushed = this.cache.revision;
      return;
    }
    for (const change of changes) this.#pending.push(change);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const waitMs = Math.min(this.#lastTookMs, COALESCE_MS_MAX);
    if (waitMs < 1) this.turn.afterThisTurn(() => this.#timedFlush());
    else this.clock.after(waitMs, () => this.#timedFlush());
  }

  /** The time counts until the turn's end: transports do their work after our writes. */
  #timedFlush(): void {
    const startedMs = this.clock.monotonic();
    this.#flush();
    this.turn.afterThisTurn(() => {
      this.#lastTookMs = this.clock.monotonic() - startedMs;
      this.#isScheduled = false;
      if (this.#pending.length > 0) this.#changed([]);
    });
  }

  #flush(): void {
    const changes = this.#pending;
    if (changes.length === 0) return;
    this.#pending = [];
    const before = this.#flushed;
    const last = changes.at(-1) as ChangeEvent;
    this.#flushed = last.revision;
    const raised = firstOfNewestGeneration(changes);
    for (const { watchers } of this.#groups.values()) {
      const shared = new SharedBytes(changes, before);
      for (const watcher of watchers) {
        const hasLost = raised.storeGeneration > watcher.storeGeneration && raised.revision <= watcher.revision;
        if (hasLost) this.#expire(watcher);
        else this.#give(watcher, shared, last);
      }
    }
  }

  #give(watcher: Watcher, shared: SharedBytes, last: ChangeEvent): void {
    const bytes = shared.of(watcher);
    watcher.seen(last.storeGeneration, Math.max(watcher.revision, last.revision));
    if (!bytes) return;
    // What it has not taken of former flushes tells that it is slow; one flush alone may be larger than that.
    if (!watcher.isOverfull) return void watcher.write(bytes);
    this.leave(watcher);
    watcher.abort();
  }

  /** It has been given changes that the store has lost since. */
  #expire(watcher: Watcher): void {
    watcher.write(
      errorLine(new GoneError('too old resource version: the store has lost what came after it').toStatus()),
    );
    this.#end(watcher);
  }

  #sendBookmarks(): void {
    this.#bookmarks = undefined;
    if (this.#watchers === 0) return;
    this.#flush();
    for (const { watchers } of this.#groups.values()) {
      for (const watcher of watchers) if (watcher.options.bookmarks) watcher.bookmark(this.cache.resourceVersion);
    }
    this.#bookmarks = this.clock.after(BOOKMARK_MS, () => this.#sendBookmarks());
  }
}

/** Where the newest store generation among the changes begins: what was given out above that is lost. */
function firstOfNewestGeneration(changes: readonly ChangeEvent[]): ChangeEvent {
  const { storeGeneration } = changes.at(-1) as ChangeEvent;
  return changes.find((change) => change.storeGeneration === storeGeneration) as ChangeEvent;
}

/** The bytes of one flush for the watchers of one group. */
class SharedBytes {
  #bytes: Buffer | undefined;
  #isMade = false;

  constructor(
    private readonly changes: readonly ChangeEvent[],
    private readonly before: number,
  ) {}

  of(watcher: Watcher): Buffer | undefined {
    const isOwn = watcher.revision > this.before || (watcher.isFirst && watcher.options.format.hasFirst);
    if (isOwn) return watcher.encode(this.changes);
    if (!this.#isMade) {
      this.#isMade = true;
      this.#bytes = watcher.encode(this.changes);
    }
    return this.#bytes;
  }
}
