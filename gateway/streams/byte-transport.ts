/** A connection as SPDY sees it: bytes both ways, over a socket or inside WebSocket messages. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../runtime/process/clock.js';
import { streamLimits } from './stream-limits.js';

export interface ByteTransport {
  /** Ends when the client has left. Never rejects. Read at the pace of its reader. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Resolves when more may be written. After the end it does nothing. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes once everything written is out. */
  end(): void;
  destroy(): void;
}

const resolved = Promise.resolve();

export class SocketTransport implements ByteTransport {
  #drained: Promise<void> | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly head: Uint8Array,
    private readonly clock: Clock,
  ) {
    socket.on('error', () => undefined); // It shows as the end of `bytes`.
  }

  get bytes(): AsyncIterable<Uint8Array> {
    return bytesOf(this.socket, this.head);
  }

  write(bytes: Uint8Array): Promise<void> {
    const { socket } = this;
    if (!socket.writable || socket.destroyed) return resolved;
    if (socket.write(bytes)) return resolved;
    this.#drained ??= this.#untilDrained();
    return this.#drained;
  }

  /** Closing with input unread would take away what the client hasn't read yet, so the client gets a while to close first. */
  end(): void {
    const { socket } = this;
    if (socket.destroyed) return;
    socket.end();
    const timer = this.clock.after(streamLimits.lingerMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.once('end', () => socket.destroy());
    socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #untilDrained(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        this.#drained = undefined;
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }
}

async function* bytesOf(socket: Duplex, head: Uint8Array): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch {
    // The client left without a good-bye.
  }
}
