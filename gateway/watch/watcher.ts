/** One watch: what it has been given so far, and where it writes. */
import type { ChangeEvent } from '../../runtime/views/change.js';
import type { ResponseSink } from '../api-request.js';
import type { Selection } from '../selection.js';
import type { WatchFormat } from './watch-format.js';

/** A watcher with more than this unread is closed; it resumes from the last revision that it has seen. */
const QUEUE_BYTES_MAX = 1024 * 1024;

export interface WatcherOptions {
  readonly selection: Selection;
  readonly format: WatchFormat;
  readonly bookmarks: boolean;
}

export class Watcher {
  readonly groupId: string;
  /** Everything up to here has been given (or doesn't concern it). */
  revision = 0;
  storeGeneration = 0;
  /** Whether the next event is the stream's first. */
  isFirst = true;
  isClosed = false;

  constructor(
    readonly options: WatcherOptions,
    readonly sink: ResponseSink,
  ) {
    this.groupId = `${options.format.id} ${options.selection.id}`;
    sink.onClose(() => {
      this.isClosed = true;
    });
  }

  /** Events of changes after what it has seen; undefined where none concerns it. */
  encode(changes: readonly ChangeEvent[]): Buffer | undefined {
    const { selection, format } = this.options;
    const lines: Buffer[] = [];
    for (const change of changes) {
      if (change.revision <= this.revision) continue;
      const type = selection.eventOf(change);
      if (type && change.entry) lines.push(format.event(type, change.entry, this.isFirst && lines.length === 0));
    }
    return lines.length === 0 ? undefined : lines.length === 1 ? lines[0] : Buffer.concat(lines);
  }

  /** False where there is no room: the caller waits for `drained`. */
  write(bytes: Uint8Array): boolean {
    if (this.isClosed) return true;
    this.isFirst = false;
    return this.sink.write(bytes);
  }

  /** Resolves when there is room again, or nobody to write to. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed) return resolve();
      this.sink.onDrain(resolve);
      this.sink.onClose(resolve);
    });
  }

  seen(storeGeneration: number, revision: number): void {
    this.storeGeneration = storeGeneration;
    this.revision = revision;
  }

  get isOverfull(): boolean {
    return this.sink.queuedBytes > QUEUE_BYTES_MAX;
  }

  bookmark(resourceVersion: string, isInitialEnd = false): void {
    this.write(this.options.format.bookmark(resourceVersion, isInitialEnd, this.isFirst));
  }

  end(): void {
    this.isClosed = true;
    this.sink.end();
  }

  abort(): void {
    this.isClosed = true;
    this.sink.abort();
  }
}
