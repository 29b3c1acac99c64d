/** Moves bytes between a hijacked connection to Docker and a BusStream, at the pace of the slower. */
import type { Socket } from 'node:net';
import type { BusStream } from '../../../bus/stream.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import { FrameParser, RawParser } from './frames.js';

export interface PumpOptions {
  readonly tty: boolean;
  /** Whether the client's input is for the process. */
  readonly stdin: boolean;
  /** The terminal's new size, in characters. What is typed after it waits for it, so that a program started with a size sees it. */
  readonly onResize: (size: { readonly w: number; readonly h: number }) => Promise<unknown>;
}

function whenDrained(socket: Socket, data: Uint8Array): Promise<void> {
  if (socket.destroyed || !socket.writable || socket.write(data)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}

/** `{"Width":80,"Height":24}`; what is not that is ignored. */
function sizeOf(data: Uint8Array): { w: number; h: number } | undefined {
  try {
    const { Width: w, Height: h } = JSON.parse(Buffer.from(data).toString()) as { Width?: number; Height?: number };
    return Number.isInteger(w) && Number.isInteger(h) ? { w: w as number, h: h as number } : undefined;
  } catch {
    return undefined;
  }
}

async function pumpIn(stream: BusStream, socket: Socket, options: PumpOptions): Promise<void> {
  for await (const { channel, data } of stream.frames) {
    if (channel === streamChannel.resize) {
      const size = sizeOf(data);
      if (size) await options.onResize(size).catch(() => {});
    } else if (channel === streamChannel.stdin && options.stdin) {
      if (data.length === 0) socket.end();
      else await whenDrained(socket, data);
    }
  }
}

async function pumpOut(socket: Socket, stream: BusStream, tty: boolean): Promise<void> {
  const parser = tty ? new RawParser() : new FrameParser();
  for await (const chunk of socket) {
    for (const { source, data } of parser.push(chunk as Buffer)) {
      if (data.length) await stream.write(streamChannel[source], data);
    }
  }
}

/** Resolves when the process's output has ended (`output-ended`) or the client is gone (`client-gone`); the connection is closed then. */
export async function pump(
  socket: Socket,
  stream: BusStream,
  options: PumpOptions,
): Promise<'output-ended' | 'client-gone'> {
  socket.on('error', () => {}); // It shows as the output's end.
  pumpIn(stream, socket, options).catch(() => {});
  const ended = pumpOut(socket, stream, options.tty).then(
    () => 'output-ended' as const,
    () => 'output-ended' as const,
  );
  const gone = stream.closed.then(() => 'client-gone' as const);
  try {
    return await Promise.race([ended, gone]);
  } finally {
    socket.destroy();
  }
}
