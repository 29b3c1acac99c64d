/** The TLS server: HTTP/2 and HTTP/1.1 on one port, clients known by certificate where they have one. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { User } from '../access/user.js';
import type { ApiServer } from '../core.js';
import { identityOf } from './client-identity.js';
import { exchangeH1, upgradeH1 } from './h1-exchange.js';
import { exchangeH2 } from './h2-exchange.js';

export interface TlsFiles {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Of the authority whose client certificates are believed. */
  readonly caPem: string;
}

/** MB that one session may queue: client-go puts a whole process on one session. */
const SESSION_MEMORY_MB = 256;
const CONCURRENT_STREAMS_MAX = 1000;
/** Bytes that a client may send on a session ahead of our reading. */
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
const BODY_TIMEOUT_MS = 60_000;
const CLOSE_GRACE_MS = 1000;

/** One line that says what to do; `code` is the system's. */
class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(
    readonly code: string,
    host: string,
    port: number,
    cause: Error,
  ) {
    const why = code === 'EADDRINUSE' ? 'the port is in use by another process' : cause.message;
    super(`can't listen on ${host}:${port}: ${why}`, { cause });
  }
}

const ignore = () => undefined;

export class HttpsServer {
  readonly #server: Http2SecureServer;
  readonly #sockets = new Set<TLSSocket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #identities = new WeakMap<object, User>();

  constructor(
    private readonly core: ApiServer,
    { certificatePem, keyPem, caPem }: TlsFiles,
  ) {
    this.#server = createSecureServer({
      allowHTTP1: true,
      cert: certificatePem,
      key: keyPem,
      ca: caPem,
      requestCert: true,
      rejectUnauthorized: false, // Who has no certificate may have a token, or ask for health.
      minVersion: 'TLSv1.2',
      maxSessionMemory: SESSION_MEMORY_MB,
      settings: { maxConcurrentStreams: CONCURRENT_STREAMS_MAX, enableConnectProtocol: false },
    });
    this.#listen();
  }

  /** Resolves with the port (0 asks for a free one). Throws ListenError. */
  start(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = this.#server;
      const failed = (error: NodeJS.ErrnoException) => reject(new ListenError(error.code ?? '', host, port, error));
      server.once('error', failed);
      server.listen(port, host, 1024, () => {
        server.off('error', failed);
        server.on('error', ignore);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /** New certificates for connections from now on. */
  renew({ certificatePem, keyPem, caPem }: TlsFiles): void {
    this.#server.setSecureContext({ cert: certificatePem, key: keyPem, ca: caPem });
  }

  /** Lets requests finish for a second, then ends connections. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const grace = setTimeout(() => this.#destroyAll(), CLOSE_GRACE_MS);
      this.#server.close(() => {
        clearTimeout(grace);
        resolve();
      });
      for (const session of this.#sessions) session.close();
      (this.#server as unknown as { closeIdleConnections?(): void }).closeIdleConnections?.();
    });
  }

  #destroyAll(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(): void {
    const server = this.#server;
    server.on('secureConnection', (socket: TLSSocket) => this.#connected(socket));
    server.on('session', (session: ServerHttp2Session) => this.#sessionBegan(session));
    server.on('request', (message, response) => {
      const socket = message.socket as TLSSocket;
      exchangeH1(
        this.core,
        message as unknown as IncomingMessage,
        response as unknown as ServerResponse,
        this.#identities.get(socket),
      );
    });
    // 'request' has brought the compatibility layer with it, which listens for streams: only HTTP/1.1 shall use it.
    server.removeAllListeners('stream');
    server.on('stream', (stream, headers, flags) => {
      const { session } = stream;
      if (session) exchangeH2(this.core, stream, headers, flags, this.#identities.get(session));
    });
    server.on('upgrade', (message: IncomingMessage, socket: TLSSocket, head: Buffer) => {
      void upgradeH1(this.core, message, socket, head, this.#identities.get(socket));
    });
    for (const event of ['sessionError', 'tlsClientError', 'clientError'])
      server.on(event, (_error: Error, socket?: { destroy?(): void }) => socket?.destroy?.());
    Object.assign(server, {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: BODY_TIMEOUT_MS,
      timeout: 0,
      keepAliveTimeout: 90_000,
    });
  }

  #connected(socket: TLSSocket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on('error', ignore);
    socket.on('close', () => this.#sockets.delete(socket));
    const identity = identityOf(socket);
    if (identity) this.#identities.set(socket, identity);
  }

  #sessionBegan(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on('error', ignore);
    session.on('close', () => this.#sessions.delete(session));
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    const identity = identityOf(session.socket as TLSSocket);
    if (identity) this.#identities.set(session, identity);
  }
}
