/**
 * Docker's log entries → lines. Docker cuts lines at 16 kB and stamps each piece; Kubernetes counts whole lines, stamped when they began.
 */
import { FrameParser, type OutputFrame } from './frames.js';

/** One entry as Docker kept it: a whole line, or a piece of one without its newline. */
export interface LogEntry {
  readonly source: OutputFrame['source'];
  /** RFC 3339 with nine digits of fraction, as Docker writes it, so that texts compare as times do. */
  readonly timestamp: string;
  readonly data: Buffer;
}

export type LogLine = LogEntry;

const NEWLINE = 10;
const PIECE_BYTES = 16_384;
/** What has no newline for so long is handed out in pieces. */
const LINE_BYTES_MAX = 1_048_576;

/** `ts text`: Docker puts the time before each entry. Entries without one (some log drivers) count as written at the beginning of time. */
function entryOf(source: OutputFrame['source'], bytes: Buffer): LogEntry {
  const space = bytes.subarray(0, 40).indexOf(32);
  if (space < 20) return { source, timestamp: '', data: bytes };
  return { source, timestamp: bytes.toString('latin1', 0, space), data: bytes.subarray(space + 1) };
}

/** A terminal's log comes without frames, so an entry ends at its newline, or after 16 kB. */
class TerminalEntries {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): LogEntry[] {
    let buffer = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    const entries: LogEntry[] = [];
    for (;;) {
      const textStart = buffer.indexOf(32) + 1;
      if (textStart === 0) break;
      const newline = buffer.indexOf(NEWLINE, textStart);
      const complete = newline >= 0 && newline - textStart < PIECE_BYTES;
      const end = complete ? newline + 1 : textStart + PIECE_BYTES;
      if (buffer.length < end) break;
      entries.push(entryOf('stdout', buffer.subarray(0, end)));
      buffer = buffer.subarray(end);
    }
    this.rest = buffer;
    return entries;
  }
}

class FramedEntries {
  private readonly frames = new FrameParser();

  push(chunk: Buffer): LogEntry[] {
    return this.frames.push(chunk).map(({ source, data }) => entryOf(source, data));
  }
}

/** Chunks of the engine's answer → entries. */
export function entryParser(tty: boolean): { push(chunk: Buffer): LogEntry[] } {
  return tty ? new TerminalEntries() : new FramedEntries();
}

function endsLine({ data }: LogEntry): boolean {
  return data.at(-1) === NEWLINE;
}

/** Entries → lines; stdout and stderr are joined apart, since their pieces may interleave. */
export class LineJoiner {
  private readonly open = new Map<string, { timestamp: string; pieces: Buffer[]; bytes: number }>();

  push(entry: LogEntry): LogLine | undefined {
    const open = this.open.get(entry.source);
    if (!open && endsLine(entry)) return entry;
    const line = open ?? { timestamp: entry.timestamp, pieces: [], bytes: 0 };
    line.pieces.push(entry.data);
    line.bytes += entry.data.length;
    this.open.set(entry.source, line);
    return endsLine(entry) || line.bytes >= LINE_BYTES_MAX ? this.take(entry.source) : undefined;
  }

  /** What was begun and has no end: the last thing that a container wrote. */
  flush(): LogLine[] {
    return [...this.open.keys()].map((source) => this.take(source as LogEntry['source']));
  }

  private take(source: LogEntry['source']): LogLine {
    const { timestamp = '', pieces = [] } = this.open.get(source) ?? {};
    this.open.delete(source);
    return { source, timestamp, data: Buffer.concat(pieces) };
  }
}

/** Lines → the bytes a client gets, by `since`, `timestamps` and `limitBytes`. */
export class LogFormatter {
  private left: number;

  constructor(private readonly options: { since?: string; timestamps: boolean; limitBytes?: number }) {
    this.left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** True once limitBytes are used up. */
  get full(): boolean {
    return this.left <= 0;
  }

  format(lines: readonly LogLine[]): Buffer {
    const parts: Buffer[] = [];
    for (const { timestamp, data } of lines) {
      if (this.options.since !== undefined && timestamp < this.options.since) continue;
      if (this.options.timestamps) parts.push(Buffer.from(`${timestamp} `));
      parts.push(data);
    }
    const bytes = Buffer.concat(parts);
    const cut = bytes.length > this.left ? bytes.subarray(0, this.left) : bytes;
    this.left -= cut.length;
    return cut;
  }
}
