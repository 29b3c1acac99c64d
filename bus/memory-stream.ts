/** Two ends of a stream inside one process, each with a bounded queue: a writer waits while the other side is behind. */
import type { BusStream, StreamFrame } from './stream.js';

const frameBytesMax = 64 * 1024;
/** What may wait at the reader before writers do. */
const windowBytes = 256 * 1024;

export function streamPair(): [BusStream, BusStream] {
  const a = new MemoryStream();
  const b = new MemoryStream();
  a.join(b);
  b.join(a);
  return [a, b];
}

class MemoryStream implements BusStream {
  readonly closed: Promise<Error | undefined>;
  #resolveClosed!: (error: Error | undefined) => void;
  #peer!: MemoryStream;
  #isClosed = false;
  #error: Error | undefined;
  #incoming: StreamFrame[] = [];
  #incomingBytes = 0;
  #reader: (() => void) | undefined;
  #writers: (() => void)[] = [];

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  join(peer: MemoryStream): void {
    this.#peer = peer;
  }

  async write(channel: number, data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += frameBytesMax) {
      if (this.#isClosed) throw this.#error ?? new Error('the stream is closed');
      await this.#peer.accept({ channel, data: data.subarray(at, at + frameBytesMax) });
    }
  }

  end(channel: number): void {
    if (!this.#isClosed) void this.#peer.accept({ channel, data: new Uint8Array() });
  }

  get frames(): AsyncIterable<StreamFrame> {
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => this.#next(),
        return: () => Promise.resolve({ done: true, value: undefined }),
      }),
    };
  }

  close(error?: Error): void {
    this.#finish(error);
    this.#peer.#finish(error);
  }

  accept(frame: StreamFrame): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#incoming.push(frame);
    this.#incomingBytes += frame.data.length;
    this.#reader?.();
    if (this.#incomingBytes <= windowBytes) return Promise.resolve();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  async #next(): Promise<IteratorResult<StreamFrame>> {
    while (this.#incoming.length === 0) {
      if (this.#isClosed) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
      this.#reader = undefined;
    }
    const frame = this.#incoming.shift()!;
    this.#incomingBytes -= frame.data.length;
    if (this.#incomingBytes <= windowBytes) this.#releaseWriters();
    return { done: false, value: frame };
  }

  #finish(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#error = error;
    this.#reader?.();
    this.#releaseWriters();
    this.#resolveClosed(error);
  }

  #releaseWriters(): void {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer();
  }
}
