/** One request over HTTP/2, on the stream API: the compatibility layer costs a fifth of a small request. */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { User } from '../access/user.js';
import type { ApiResponse, RequestHeaders } from '../api-request.js';
import type { ApiServer } from '../core.js';
import { CHUNK_BYTES, errorResponse } from '../respond.js';
import { nextAuditId } from './audit-id.js';
import { announcesTooMuch, readBody, tooLargeError } from './request-body.js';
import { byteLength, sendChunks, sendGzipped, wantsGzip } from './send-body.js';
import { WritableSink } from './writable-sink.js';

const END_STREAM = 1;
const ignore = () => undefined;

function headersOf(response: ApiResponse, auditId: string): OutgoingHttpHeaders {
  return { ':status': response.status, 'audit-id': auditId, 'cache-control': 'no-cache, private', ...response.headers };
}

function respond(stream: ServerHttp2Stream, request: IncomingHttpHeaders, response: ApiResponse): void {
  if (stream.destroyed || stream.headersSent) return;
  const sentId = request['audit-id'];
  const headers = headersOf(response, typeof sentId === 'string' && sentId.length <= 64 ? sentId : nextAuditId());
  if (response.run) {
    stream.respond(headers);
    response.run(new WritableSink(stream));
    return;
  }
  const { body } = response;
  const length = byteLength(body);
  if (length === 0 || request[':method'] === 'HEAD') {
    headers['content-length'] = length;
    stream.respond(headers, { endStream: true });
  } else if (wantsGzip(request['accept-encoding'], length, response.headers)) {
    headers['content-encoding'] = 'gzip';
    headers['vary'] = 'Accept-Encoding';
    stream.respond(headers);
    void sendGzipped(stream, body);
  } else {
    headers['content-length'] = length;
    stream.respond(headers);
    if (length <= CHUNK_BYTES) stream.end(body instanceof Uint8Array ? body : Buffer.concat(body as Uint8Array[]));
    else void sendChunks(stream, body);
  }
}

/** Answers one request. Never throws. */
export function exchangeH2(
  core: ApiServer,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  identity: User | undefined,
): void {
  stream.on('error', ignore); // The client left, or broke the protocol: http2 has closed the stream.
  const handle = (body: Uint8Array | undefined) => {
    const method = headers[':method'] as string;
    const target = headers[':path'] as string;
    const request = { method, target, headers: headers as RequestHeaders, body, identity };
    void core.handle(request).then((response) => respond(stream, headers, response));
  };
  if ((flags & END_STREAM) !== 0) return handle(undefined);
  if (announcesTooMuch(headers['content-length'])) return refuse(stream, headers);
  readBody(stream, (error, body) => (error ? refuse(stream, headers) : handle(body)));
}

function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  respond(stream, headers, errorResponse(tooLargeError()));
  stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR)); // The rest of the body is not read.
}
