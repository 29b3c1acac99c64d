/** The limit of creating over HTTP: the same kind of server reads each body whole and answers as many bytes, and does nothing else. */
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../harness/certificate.js';
import { answerParent } from '../harness/program.js';

const certificates = makeCertificates();
const server = createSecureServer({ ...certificates.server, requestCert: true, rejectUnauthorized: false });

server.on('session', (session) => session.setLocalWindowSize(16 * 1024 * 1024));
server.on('stream', (stream) => {
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  stream.on('data', (chunk: Buffer) => {
    if (!first) first = chunk;
    else (rest ??= [first]).push(chunk);
  });
  stream.on('end', () => {
    const body = rest ? Buffer.concat(rest) : first!;
    stream.respond({ ':status': 201, 'content-type': 'application/json', 'content-length': body.length });
    stream.end(body);
  });
});

answerParent(
  () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () =>
        resolve({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...certificates.client }),
      );
    }),
);
