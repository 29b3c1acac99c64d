/** A stream gateway behind node's own HTTP parser, without sockets, and a node whose pod does as the test says. */
import { createServer } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { WebSocket } from 'ws';
import type { BusStream } from '../../../../bus/stream.js';
import { MemoryBus } from '../../../../bus/memory-bus.js';
import { nodeStreamSubject } from '../../../../bus/subjects.js';
import type { ApiRequest } from '../../../../gateway/api-request.js';
import type { PodStreamCall, UpgradeSubresource } from '../../../../gateway/pod-ports.js';
import { Query, splitTarget } from '../../../../gateway/query.js';
import { errorResponse } from '../../../../gateway/respond.js';
import { StreamGateway } from '../../../../gateway/streams/stream-gateway.js';
import type { CacheEntry } from '../../../../runtime/views/resource-cache.js';
import type { Clock } from '../../../../runtime/process/clock.js';
import type { StreamOpen } from '../../../../schemas/messages/node-link.js';

/** Time stands still: nothing here may need it. */
const stillClock: Clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

export const aPod = (spec: object = { nodeName: 'n1', containers: [{ name: 'a' }] }): CacheEntry =>
  ({ namespace: 'default', name: 'p', uid: 'u1', object: { metadata: { name: 'p' }, spec } }) as unknown as CacheEntry;

export class Stage {
  readonly opened: StreamOpen[] = [];
  readonly gateway: StreamGateway;
  readonly #server = createServer();

  constructor(serve: (open: StreamOpen, stream: BusStream) => void | Promise<void>, pod: CacheEntry = aPod()) {
    const bus = new MemoryBus();
    bus.serveStreams(nodeStreamSubject('n1'), (open, stream) => {
      this.opened.push(open as StreamOpen);
      void serve(open as StreamOpen, stream);
    });
    this.gateway = new StreamGateway(bus, stillClock);
    this.#server.on('upgrade', (message, socket: Duplex, head) => {
      const request: ApiRequest = {
        method: message.method ?? '',
        target: message.url ?? '',
        headers: message.headers,
        body: undefined,
        identity: undefined,
      };
      const subresource = splitTarget(request.target).path.slice(1) as UpgradeSubresource;
      this.gateway.upgrade(subresource, this.call(request, pod), socket, head).catch((error: unknown) => {
        const { status, body } = errorResponse(error);
        socket.end(
          `HTTP/1.1 ${status} X\r\nContent-Length: ${(body as Uint8Array).length}\r\n\r\n${Buffer.from(body as Uint8Array).toString()}`,
        );
      });
    });
  }

  call(request: ApiRequest, pod: CacheEntry = aPod()): PodStreamCall {
    return {
      request,
      pod,
      query: new Query(splitTarget(request.target).query),
      user: { name: 'u', groups: [] } as unknown as PodStreamCall['user'],
    };
  }

  /** The client's end of a new connection. */
  connect(): Duplex {
    const [near, far] = duplexPair();
    near.once('close', () => far.destroy()); // A pair alone tells its other end nothing.
    this.#server.emit('connection', far);
    return near;
  }

  webSocket(target: string, protocols: string[]): WebSocket {
    return new WebSocket(`ws://gateway${target}`, protocols, { createConnection: () => this.connect() as never });
  }
}

/** All messages until the server closes. */
export async function conversation(socket: WebSocket, onOpen: () => void = () => undefined): Promise<Buffer[]> {
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  await new Promise<void>((resolve, reject) => {
    socket
      .on('open', onOpen)
      .on('close', () => resolve())
      .on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response
        .on('data', (chunk) => (body += String(chunk)))
        .on('end', () =>
          reject(new Error(`${response.statusCode} ${(JSON.parse(body) as { message: string }).message}`)),
        );
    });
  });
  return messages;
}
