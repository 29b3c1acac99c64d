/** Port-forward over SPDY: the client opens two streams for each connection, one for data and one for an error. */
import type { Clock } from '../../../runtime/process/clock.js';
import type { ByteTransport } from '../byte-transport.js';
import type { PodTarget } from '../pod-target.js';
import type { SpdyHeaders } from '../spdy/header-block.js';
import { SpdyConnection } from '../spdy/spdy-connection.js';
import type { SpdyStream } from '../spdy/spdy-stream.js';
import { streamLimits } from '../stream-limits.js';
import { forwardPort, type OpenPort, parsePort, type PortClient } from './forward-port.js';

export const spdyPortProtocol = 'portforward.k8s.io';
/** The same SPDY inside a WebSocket. */
export const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';

type StreamType = 'data' | 'error';

interface Pair {
  readonly port: number;
  data?: SpdyStream;
  error?: SpdyStream;
}

export class SpdyPorts {
  readonly closed: Promise<void>;
  readonly #pairs = new Map<string, Pair>();

  constructor(
    transport: ByteTransport,
    private readonly clock: Clock,
    private readonly target: PodTarget,
    private readonly open: OpenPort,
  ) {
    this.closed = new SpdyConnection(transport, clock, (headers, id) => this.#accept(headers, id)).closed;
  }

  #accept(headers: SpdyHeaders, id: number): ((stream: SpdyStream) => void) | undefined {
    const type = headers.get('streamtype');
    if (type !== 'data' && type !== 'error') return undefined;
    try {
      const port = parsePort(headers.get('port') ?? '');
      // Clients older than request ids open the data stream right after the error stream.
      const requestId = headers.get('requestid') ?? String(type === 'error' ? id : id - 2);
      if (this.#pairs.get(requestId)?.[type]) return undefined;
      return (stream) => this.#add(requestId, port, type, stream);
    } catch {
      return undefined;
    }
  }

  #add(requestId: string, port: number, type: StreamType, stream: SpdyStream): void {
    const pair = this.#pairs.get(requestId) ?? this.#newPair(requestId, port);
    pair[type] = stream;
    if (!pair.data || !pair.error) return;
    this.#pairs.delete(requestId);
    void forwardPort(new SpdyPortClient(pair.data, pair.error), pair.port, this.target, this.open);
  }

  #newPair(requestId: string, port: number): Pair {
    const pair: Pair = { port };
    this.#pairs.set(requestId, pair);
    const timer = this.clock.after(streamLimits.streamCreationMs, () => {
      if (this.#pairs.get(requestId) !== pair) return;
      this.#pairs.delete(requestId);
      for (const stream of [pair.data, pair.error]) stream?.reset();
    });
    void this.closed.then(() => timer.cancel());
    return pair;
  }
}

class SpdyPortClient implements PortClient {
  constructor(
    private readonly data: SpdyStream,
    private readonly error: SpdyStream,
  ) {}

  get input(): AsyncIterable<Uint8Array> {
    return this.data.input;
  }

  get gone(): Promise<void> {
    return this.data.gone;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.data.write(bytes);
  }

  fail(message: string): Promise<void> {
    return this.error.write(Buffer.from(message));
  }

  finish(): void {
    this.error.end();
    this.data.end();
  }
}
