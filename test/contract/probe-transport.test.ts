import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import test from 'ava';
import { NetworkProbeTransport } from '../../node-agent/probes/network-probe-transport.js';

const transport = new NetworkProbeTransport();
const host = '127.0.0.1';

async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const get = (port: number, path: string, timeoutMs = 2_000) =>
  transport.http({ scheme: 'http', host, port, path, headers: [['X-Probe', 'yes']], timeoutMs });

test('an http probe sends its headers, follows redirects on its host, and takes others as answers', async (t) => {
  const server = createHttp((request, response) => {
    if (request.url === '/here') response.writeHead(302, { location: '/there' }).end();
    else if (request.url === '/away') response.writeHead(302, { location: 'http://example.com/' }).end();
    else response.writeHead(request.headers['x-probe'] === 'yes' ? 200 : 400).end('ok');
  });
  const port = await listening(server);
  t.is((await get(port, '/here')).status, 200);
  t.is((await get(port, '/away')).status, 302);
  server.close();
});

test('refused and slow servers are told as Go tells them', async (t) => {
  const server: Server = createTcp(() => undefined);
  const port = await listening(server);
  await t.throwsAsync(get(port, '/', 100), {
    message: 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  });
  await t.notThrowsAsync(transport.tcp(host, port, 1_000));
  server.close();
  const refused = `dial tcp ${host}:1: connect: connection refused`;
  await t.throwsAsync(get(1, '/'), { message: refused });
  await t.throwsAsync(transport.tcp(host, 1, 1_000), { message: refused });
});

test('a grpc probe asks the health service by name', async (t) => {
  const server = createHttp2();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const known =
        headers[':path'] === '/grpc.health.v1.Health/Check' && Buffer.concat(chunks).subarray(7).toString() === 'shop';
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, known ? 1 : 2]));
    });
  });
  const port = await listening(server);
  t.is(await transport.grpc(host, port, 'shop', 2_000), 'SERVING');
  t.is(await transport.grpc(host, port, '', 2_000), 'NOT_SERVING');
  server.close();
  await t.throwsAsync(transport.grpc(host, 1, '', 1_000), {
    message: /^timeout: failed to connect service "127.0.0.1:1" within 1s: /,
  });
});
