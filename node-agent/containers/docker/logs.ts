/** Container logs with Kubernetes' meaning of tail, since, timestamps and limitBytes, read from Docker without ever holding a whole log. */
import type { Readable } from 'node:stream';
import type { BusStream } from '../../../bus/stream.js';
import type { Clock } from '../../../runtime/process/clock.js';
import { type LogOptions, streamChannel } from '../../../schemas/messages/node-link.js';
import { RuntimeError } from '../container-runtime.js';
import type { Engine } from './engine.js';
import { entryParser, LineJoiner, type LogEntry, LogFormatter, type LogLine } from './log-lines.js';

/** Pieces of a line that began before `since` are still needed to know where it began. */
const SINCE_MARGIN_MS = 5_000;
const TAIL_EXTRA_ENTRIES = 16;
const TAIL_GROWTH = 8;
const LINES_PER_WRITE = 256;

interface Query {
  readonly follow: boolean;
  readonly tail?: number;
  /** Seconds with a fraction, as Docker takes it. */
  readonly since?: string;
}

/** Where a history ended: the entries of a follow that begins there are skipped up to it. */
interface Position {
  readonly timestamp: string;
  readonly entriesThen: number;
}

function sinceMsOf({ sinceSeconds, sinceTime }: LogOptions, now: number): number | undefined {
  if (sinceSeconds !== undefined) return now - sinceSeconds * 1000;
  return sinceTime === undefined ? undefined : Date.parse(sinceTime);
}

const dockerTime = (ms: number) => `${new Date(ms).toISOString().slice(0, 23)}000000Z`;

/** `2026-01-02T03:04:05.000000006Z` → `1767323045.000000006`. */
function unixTimeOf(timestamp: string): string {
  return `${Math.floor(Date.parse(timestamp) / 1000)}.${timestamp.slice(20, 29)}`;
}

export class DockerLogs {
  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  /** Resolves at the log's end, with `follow` at the container's, or when the reader goes away. Throws RuntimeError. */
  async write(id: string, options: LogOptions, stream: BusStream): Promise<void> {
    const found = await this.engine.find((docker) => docker.getContainer(id).inspect());
    if (!found) throw new RuntimeError('not-found', `container ${id} is gone`);
    const reader = new LogReader(this.engine, id, found.Config.Tty, options, stream);
    const sinceMs = sinceMsOf(options, this.clock.now());
    const since = sinceMs === undefined ? undefined : dockerTime(sinceMs);
    const formatter = new LogFormatter({ since, timestamps: options.timestamps, limitBytes: options.limitBytes });
    try {
      if (options.tailLines === undefined) {
        const from = sinceMs === undefined ? undefined : String(Math.max(0, sinceMs - SINCE_MARGIN_MS) / 1000);
        return await reader.copy({ follow: options.follow, since: from }, formatter);
      }
      await this.writeTail(reader, options.tailLines, options.follow, formatter);
    } finally {
      reader.close();
    }
  }

  private async writeTail(reader: LogReader, lines: number, follow: boolean, formatter: LogFormatter): Promise<void> {
    if (lines <= 0) return follow ? reader.copy({ follow, tail: 0 }, formatter) : undefined;
    const { tail, position } = await reader.tail(lines);
    for (let i = 0; i < tail.length; i += LINES_PER_WRITE) {
      await reader.send(formatter.format(tail.slice(i, i + LINES_PER_WRITE)));
    }
    if (!follow || formatter.full) return;
    await reader.copy({ follow, since: position && unixTimeOf(position.timestamp) }, formatter, position);
  }
}

class LogReader {
  private readonly stopped = new AbortController();

  constructor(
    private readonly engine: Engine,
    private readonly id: string,
    private readonly tty: boolean,
    private readonly options: LogOptions,
    private readonly stream: BusStream,
  ) {
    void stream.closed.then(() => this.stopped.abort());
  }

  close(): void {
    this.stopped.abort();
  }

  async send(bytes: Buffer): Promise<void> {
    if (bytes.length && !this.stopped.signal.aborted) await this.stream.write(streamChannel.data, bytes);
  }

  /** Writes what comes, until it ends or the limit is reached; skips what the reader has had already. */
  async copy(query: Query, formatter: LogFormatter, had?: Position): Promise<void> {
    const joiner = new LineJoiner();
    let skip = had?.entriesThen ?? 0;
    for await (const entries of this.entries(query)) {
      const lines: LogLine[] = [];
      for (const entry of entries) {
        if (had && skip > 0 && entry.timestamp <= had.timestamp) {
          skip--;
          continue;
        }
        const line = joiner.push(entry);
        if (line) lines.push(line);
      }
      await this.send(formatter.format(lines));
      if (formatter.full) return;
    }
    await this.send(formatter.format(joiner.flush()));
  }

  /** The last lines. Docker counts pieces, so more are asked for until enough lines are whole, or there is no more. */
  async tail(lines: number): Promise<{ tail: LogLine[]; position: Position | undefined }> {
    for (let asked = 2 * lines + TAIL_EXTRA_ENTRIES; ; asked *= TAIL_GROWTH) {
      const window = await this.window(lines, asked);
      if (window.enough || this.stopped.signal.aborted) return window;
    }
  }

  private async window(lines: number, asked: number) {
    const joiner = new LineJoiner();
    const tail: LogLine[] = [];
    let entries = 0;
    let position: Position | undefined;
    let first: LogEntry | undefined;
    let droppedFirst = false;
    for await (const batch of this.entries({ follow: false, tail: asked })) {
      for (const entry of batch) {
        entries++;
        first ??= entry;
        position = {
          timestamp: entry.timestamp,
          entriesThen: position?.timestamp === entry.timestamp ? position.entriesThen + 1 : 1,
        };
        const line = joiner.push(entry);
        if (!line) continue;
        tail.push(line);
        if (tail.length > lines) {
          tail.shift();
          droppedFirst = true;
        }
      }
    }
    tail.push(...joiner.flush());
    while (tail.length > lines) {
      tail.shift();
      droppedFirst = true;
    }
    // The first line of a window may lack its beginning, so it counts only where the window holds the whole log.
    return { tail, position, enough: entries < asked || droppedFirst };
  }

  private async *entries({ follow, tail, since }: Query): AsyncGenerator<LogEntry[]> {
    const { stream = 'All' } = this.options;
    const parser = entryParser(this.tty);
    const answer = await this.engine.read(
      `/containers/${this.id}/logs`,
      {
        follow,
        timestamps: true,
        stdout: stream !== 'Stderr',
        stderr: stream !== 'Stdout' && !this.tty,
        ...(tail === undefined ? {} : { tail: String(tail) }),
        ...(since === undefined ? {} : { since }),
      },
      this.stopped.signal,
    );
    try {
      for await (const chunk of answer as Readable) yield parser.push(chunk as Buffer);
    } catch (error) {
      if (!this.stopped.signal.aborted) throw new RuntimeError('unavailable', (error as Error).message);
    } finally {
      answer.destroy();
    }
  }
}
