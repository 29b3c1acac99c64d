/** One request over HTTP/1.1. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { User } from '../access/user.js';
import type { ApiRequest, ApiResponse } from '../api-request.js';
import type { ApiServer } from '../core.js';
import { CHUNK_BYTES, errorResponse } from '../respond.js';
import { nextAuditId } from './audit-id.js';
import { announcesTooMuch, readBody, tooLargeError } from './request-body.js';
import { byteLength, sendChunks, sendGzipped, wantsGzip } from './send-body.js';
import { WritableSink } from './writable-sink.js';

const ignore = () => undefined;

function apiRequest(message: IncomingMessage, body: Uint8Array | undefined, identity: User | undefined): ApiRequest {
  return { method: message.method as string, target: message.url as string, headers: message.headers, body, identity };
}

function respond(message: IncomingMessage, target: ServerResponse, response: ApiResponse): void {
  if (target.destroyed || target.headersSent) return;
  const sentId = message.headers['audit-id'];
  const auditId = typeof sentId === 'string' && sentId.length <= 64 ? sentId : nextAuditId();
  const headers: Record<string, string | string[] | number> = {
    'audit-id': auditId,
    'cache-control': 'no-cache, private',
    ...response.headers,
  };
  if (response.run) {
    target.writeHead(response.status, headers);
    target.flushHeaders();
    response.run(new WritableSink(target));
    return;
  }
  const { body } = response;
  const length = byteLength(body);
  if (wantsGzip(message.headers['accept-encoding'], length, response.headers) && message.method !== 'HEAD') {
    target.writeHead(response.status, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    void sendGzipped(target, body);
    return;
  }
  if (response.status !== 304) headers['content-length'] = length;
  target.writeHead(response.status, headers);
  if (length <= CHUNK_BYTES || message.method === 'HEAD')
    target.end(body instanceof Uint8Array ? body : Buffer.concat(body as Uint8Array[]));
  else void sendChunks(target, body);
}

/** Answers one request. Never throws. */
export function exchangeH1(
  core: ApiServer,
  message: IncomingMessage,
  target: ServerResponse,
  identity: User | undefined,
): void {
  message.on('error', ignore);
  target.on('error', ignore);
  const refuse = () => {
    target.shouldKeepAlive = false; // The rest of the body is not read.
    respond(message, target, errorResponse(tooLargeError()));
  };
  if (announcesTooMuch(message.headers['content-length'])) return refuse();
  const handle = (body: Uint8Array | undefined) => {
    void core.handle(apiRequest(message, body, identity)).then((response) => respond(message, target, response));
  };
  if (message.method === 'GET' || message.method === 'HEAD') {
    message.resume();
    return handle(undefined);
  }
  readBody(message, (error, body) => (error ? refuse() : handle(body)));
}

/** Passes an Upgrade request on; an error before the handshake is answered like any other, and the connection closed. */
export async function upgradeH1(
  core: ApiServer,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  identity: User | undefined,
): Promise<void> {
  socket.on('error', ignore);
  try {
    await core.upgrade(apiRequest(message, undefined, identity), socket, head);
  } catch (error) {
    const { status, headers, body } = errorResponse(error);
    const bytes = body as Uint8Array;
    const lines = Object.entries({ ...headers, 'content-length': String(bytes.length), connection: 'close' }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${status}\r\n${lines.join('\r\n')}\r\n\r\n`), bytes]));
  }
}
