/** The limit of fan-out: the same sockets, on which one shared buffer of 16 events is written again and again as fast as each takes it. */
import type { ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { makeCertificates } from '../harness/certificate.js';
import { answerParent } from '../harness/program.js';

const eventsPerWrite = 16;
const eventBytes = 2_300;

const event = Buffer.alloc(eventBytes, 'x');
event[eventBytes - 1] = 10;
const shared = Buffer.concat(Array.from({ length: eventsPerWrite }, () => event));

const certificates = makeCertificates();
const server = createSecureServer({
  ...certificates.server,
  allowHTTP1: true,
  requestCert: true,
  rejectUnauthorized: false,
});
const streams = new Set<Writable>();
let isWriting = false;

server.on('request', (request, response) => {
  if (request.httpVersionMajor > 1) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  (response as unknown as ServerResponse).flushHeaders();
  join(response as unknown as Writable);
});
server.removeAllListeners('stream');
server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/json' });
  join(stream);
});
server.on('sessionError', () => undefined);

function join(stream: Writable): void {
  streams.add(stream);
  stream.on('error', () => streams.delete(stream));
  stream.on('close', () => streams.delete(stream));
}

function writeOn(stream: Writable): void {
  if (isWriting && streams.has(stream)) stream.write(shared, () => writeOn(stream));
}

answerParent((message: 'listen' | 'begin' | 'end') => {
  if (message === 'listen')
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () =>
        resolve({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...certificates.client }),
      );
    });
  isWriting = message === 'begin';
  if (isWriting) for (const stream of streams) writeOn(stream);
  return streams.size;
});
