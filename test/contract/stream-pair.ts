/** Two ends of a BusStream in one process, with back-pressure by a small window: for suites that need a stream and no bus. */
import type { BusStream, StreamFrame } from '../../bus/stream.js';

const WINDOW_FRAMES = 16;

class PairEnd implements BusStream {
  readonly closed: Promise<Error | undefined>;
  private resolveClosed!: (error: Error | undefined) => void;
  private other!: PairEnd;
  private readonly queue: StreamFrame[] = [];
  private over = false;
  private wakeReader: (() => void) | undefined;
  private wakeWriters: (() => void)[] = [];

  constructor() {
    this.closed = new Promise((resolve) => (this.resolveClosed = resolve));
  }

  static pair(): [PairEnd, PairEnd] {
    const ends: [PairEnd, PairEnd] = [new PairEnd(), new PairEnd()];
    ends[0].other = ends[1];
    ends[1].other = ends[0];
    return ends;
  }

  async write(channel: number, data: Uint8Array): Promise<void> {
    while (!this.over && this.other.queue.length >= WINDOW_FRAMES) {
      await new Promise<void>((resolve) => this.other.wakeWriters.push(resolve));
    }
    if (this.over) throw new Error('the stream has ended');
    this.other.take({ channel, data: Uint8Array.from(data) });
  }

  end(channel: number): void {
    if (!this.over) this.other.take({ channel, data: new Uint8Array() });
  }

  readonly frames: AsyncIterable<StreamFrame> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        while (this.queue.length === 0 && !this.over) await new Promise<void>((resolve) => (this.wakeReader = resolve));
        const value = this.queue.shift();
        for (const wake of this.wakeWriters.splice(0)) wake();
        return value ? { value, done: false } : { value: undefined, done: true };
      },
    }),
  };

  close(error?: Error): void {
    for (const end of [this, this.other]) end.finish(error);
  }

  private take(frame: StreamFrame): void {
    this.queue.push(frame);
    this.wakeReader?.();
  }

  private finish(error?: Error): void {
    if (this.over) return;
    this.over = true;
    this.resolveClosed(error);
    this.wakeReader?.();
    for (const wake of this.wakeWriters.splice(0)) wake();
  }
}

export function streamPair(): [BusStream, BusStream] {
  return PairEnd.pair();
}

/** Everything that arrives until the end of the stream, per channel, as text. */
export async function readAll(stream: BusStream): Promise<Map<number, string>> {
  const parts = new Map<number, Buffer[]>();
  for await (const { channel, data } of stream.frames) {
    parts.set(channel, [...(parts.get(channel) ?? []), Buffer.from(data)]);
  }
  return new Map([...parts].map(([channel, buffers]) => [channel, Buffer.concat(buffers).toString()]));
}
