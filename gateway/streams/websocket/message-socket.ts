/** A WebSocket as a queue of messages in, and messages out at the pace that the client takes them. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../runtime/process/clock.js';
import { BadRequestError } from '../../../schemas/errors.js';
import { type ApiRequest, headerOf } from '../../api-request.js';
import { BoundedQueue } from '../bounded-queue.js';
import { KeepAlive } from '../keep-alive.js';
import { streamLimits } from '../stream-limits.js';

interface Handshake {
  readonly method: string;
  readonly url: string;
  readonly headers: ApiRequest['headers'];
  readonly chosenProtocol: string;
}

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: streamLimits.messageBytesMax,
  handleProtocols: (_offered, request) => (request as unknown as Handshake).chosenProtocol || false,
});

/** Answers the handshake. Throws BadRequestError where the request isn't one. */
export function acceptWebSocket(
  request: ApiRequest,
  socket: Duplex,
  head: Uint8Array,
  protocol: string,
  clock: Clock,
): Promise<MessageSocket> {
  const version = headerOf(request, 'sec-websocket-version');
  if (request.method !== 'GET') throw new BadRequestError('a WebSocket begins with a GET request');
  if (version !== '13' && version !== '8')
    throw new BadRequestError(`WebSocket version ${version ?? 'unset'} is not supported`);
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headerOf(request, 'sec-websocket-key') ?? ''))
    throw new BadRequestError('the Sec-WebSocket-Key header is missing or invalid');
  // Extensions are left out: none is served.
  const { 'sec-websocket-extensions': _extensions, ...headers } = request.headers;
  const handshake: Handshake = { method: request.method, url: request.target, headers, chosenProtocol: protocol };
  return new Promise((resolve) => {
    server.handleUpgrade(handshake as unknown as IncomingMessage, socket, Buffer.from(head), (webSocket) =>
      resolve(new MessageSocket(webSocket, clock)),
    );
  });
}

export class MessageSocket {
  /** Resolves when the client has left, or the closing handshake is done. */
  readonly closed: Promise<void>;
  readonly #keepAlive: KeepAlive;
  readonly #messages: BoundedQueue<Buffer>;

  constructor(
    private readonly webSocket: WebSocket,
    clock: Clock,
  ) {
    this.#messages = new BoundedQueue(
      streamLimits.inputBytesMax,
      (message) => message.length + 1,
      () => this.#resume(),
    );
    this.#keepAlive = new KeepAlive(clock, {
      ping: () => webSocket.ping(),
      isReading: () => !webSocket.isPaused,
      onVanished: () => webSocket.terminate(),
    });
    this.closed = new Promise((resolve) => webSocket.once('close', () => resolve()));
    void this.closed.then(() => {
      this.#keepAlive.stop();
      this.#messages.end();
    });
    webSocket.on('message', (message: Buffer) => this.#onMessage(message));
    for (const sign of ['ping', 'pong'] as const) webSocket.on(sign, () => this.#keepAlive.heard());
    webSocket.on('error', () => webSocket.terminate());
  }

  /** Until the client leaves. */
  get messages(): AsyncIterable<Buffer> {
    return this.#messages;
  }

  /** Resolves when more may be sent. Rejects once the client has left. */
  send(message: Uint8Array | string): Promise<void> {
    const { webSocket } = this;
    return new Promise((resolve, reject) => {
      webSocket.send(message, (error) => (error ? reject(error) : resolve()));
      if (webSocket.readyState === WebSocket.OPEN && webSocket.bufferedAmount <= streamLimits.outputBytesMax) resolve();
    });
  }

  /** Closes once what was sent is out. Repeatable. */
  close(code = 1000, reason = ''): void {
    this.webSocket.close(code, reason);
    this.#messages.abort();
    this.webSocket.resume(); // The client's part of the good-bye is behind what it sent.
  }

  terminate(): void {
    this.webSocket.terminate();
  }

  #onMessage(message: Buffer): void {
    this.#keepAlive.heard();
    void this.#messages.push(message);
    if (this.#messages.isFull) this.webSocket.pause();
  }

  #resume(): void {
    if (this.webSocket.isPaused && !this.#messages.isFull) this.webSocket.resume();
  }
}
