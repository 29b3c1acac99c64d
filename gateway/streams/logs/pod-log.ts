/** Logs of a container, as an answer's body or as WebSocket messages. */
import type { BusStream } from '../../../bus/stream.js';
import { type Clock, sleep } from '../../../runtime/process/clock.js';
import { InternalError, StatusError } from '../../../schemas/errors.js';
import type { ApiResponse, ResponseSink } from '../../api-request.js';
import { streamLimits } from '../stream-limits.js';
import type { MessageSocket } from '../websocket/message-socket.js';

export const webSocketLogProtocols: readonly string[] = ['binary.k8s.io', 'base64.binary.k8s.io'];

/** Where log bytes go. */
interface LogSink {
  /** Resolves when there is room for more; rejects, or never resolves, once the reader has left. */
  write(bytes: Uint8Array): Promise<void>;
}

/** The log of a node, with its first bytes taken out so far as they have come: errors mostly come before them. */
class StartedLog {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #first: Promise<IteratorResult<Uint8Array>>;

  constructor(private readonly node: BusStream) {
    this.#chunks = chunksOf(node)[Symbol.asyncIterator]();
    this.#first = this.#chunks.next();
    this.#first.catch(() => undefined);
  }

  /** Throws the node's error if it comes soon. */
  async started(clock: Clock): Promise<void> {
    const enough = new AbortController();
    try {
      await Promise.race([this.#first, sleep(clock, streamLimits.logStartMs, enough.signal)]);
    } finally {
      enough.abort(new Error('started'));
    }
  }

  /** Resolves at the log's end. Throws where it breaks off. */
  async copyTo(sink: LogSink): Promise<void> {
    for (let next = await this.#first; !next.done; next = await this.#chunks.next()) await sink.write(next.value);
  }

  close(): void {
    this.node.close();
  }
}

async function* chunksOf(node: BusStream): AsyncGenerator<Uint8Array> {
  for await (const { data } of node.frames) if (data.length > 0) yield data;
  const error = await node.closed;
  if (error) throw error instanceof StatusError ? error : new InternalError(error.message);
}

/** Throws the node's StatusError where it comes before the first byte, or soon. */
export async function logResponse(node: BusStream, clock: Clock): Promise<ApiResponse> {
  const log = new StartedLog(node);
  await log.started(clock);
  return { status: 200, headers: { 'content-type': 'text/plain' }, run: (sink) => void send(log, sink) };
}

async function send(log: StartedLog, sink: ResponseSink): Promise<void> {
  sink.onClose(() => log.close());
  const write = (bytes: Uint8Array) => {
    if (sink.write(bytes)) return Promise.resolve();
    return new Promise<void>((resolve) => {
      sink.onDrain(resolve);
      sink.onClose(resolve);
    });
  };
  try {
    await log.copyTo({ write });
    sink.end();
  } catch {
    sink.abort(); // An answer that just ended would look whole.
  } finally {
    log.close();
  }
}

/** Resolves when the log or its reader is gone. Never rejects. */
export async function logToWebSocket(node: BusStream, socket: MessageSocket, protocol: string): Promise<void> {
  const log = new StartedLog(node);
  void socket.closed.then(() => log.close());
  void drained(socket);
  const isText = protocol.startsWith('base64.');
  try {
    await socket.send(new Uint8Array()); // Tells the client that the connection stands.
    await log.copyTo({ write: (bytes) => socket.send(isText ? Buffer.from(bytes).toString('base64') : bytes) });
    socket.close();
  } catch {
    socket.close(1011, 'the log broke off');
  } finally {
    log.close();
  }
}

/** Readers of logs have nothing to say. */
async function drained(socket: MessageSocket): Promise<void> {
  for await (const _message of socket.messages);
}
