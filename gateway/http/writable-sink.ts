/** A ResponseSink on a node stream (an http2 stream, or an HTTP/1.1 response). */
import type { Writable } from 'node:stream';
import type { ResponseSink } from '../api-request.js';

export class WritableSink implements ResponseSink {
  #isOver = false;
  #closeListeners: (() => void)[] = [];

  constructor(private readonly stream: Writable) {
    const over = () => this.#over();
    stream.on('close', over);
    stream.on('error', over);
  }

  write(bytes: Uint8Array): boolean {
    return this.#isOver || this.stream.write(bytes);
  }

  end(): void {
    if (this.#isOver) return;
    this.stream.end();
    this.#over();
  }

  abort(): void {
    if (this.#isOver) return;
    this.stream.destroy();
    this.#over();
  }

  get queuedBytes(): number {
    return this.stream.writableLength;
  }

  onDrain(fn: () => void): void {
    this.stream.once('drain', fn);
  }

  onClose(fn: () => void): void {
    if (this.#isOver) fn();
    else this.#closeListeners.push(fn);
  }

  #over(): void {
    this.#isOver = true;
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    for (const listener of listeners) listener();
  }
}
