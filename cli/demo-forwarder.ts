/** A small HTTP forwarder in front of the demo's pods, until Services have a data path: each request goes to the next ready pod. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReadyPod, ReadyPods } from './ready-pods.js';

const podPort = 8080;
const firstPort = 8080;
const portsTried = 20;
const answerDeadlineMs = 5_000;
const connectionsMax = 200;

/** Answers instead of a pod that has no network of its own. */
export type StandIn = (pod: ReadyPod, request: IncomingMessage, response: ServerResponse) => void;

/** Listens on 127.0.0.1:8080 or the next free port, and answers with the URL. Doesn't keep the process alive. */
export async function startForwarder(pods: ReadyPods, standIn?: StandIn): Promise<string> {
  const server = http.createServer((request, response) => answer(pods.inTurn(), request, response, standIn));
  server.maxConnections = connectionsMax;
  for (let port = firstPort; ; port++) {
    try {
      await listen(server, port < firstPort + portsTried ? port : 0);
      server.unref();
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** The next pod is asked where one doesn't answer: it may have gone a moment ago. */
function answer(
  pods: readonly ReadyPod[],
  request: IncomingMessage,
  response: ServerResponse,
  standIn?: StandIn,
): void {
  const [pod, ...others] = pods;
  if (!pod)
    return void response
      .writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' })
      .end('No pod of hello is ready.\n');
  if (standIn) return standIn(pod, request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const options = {
    host: pod.ip,
    port: podPort,
    path: request.url,
    method: request.method,
    timeout: answerDeadlineMs,
    agent: false as const,
  };
  const onward = http.request(options, (found) => {
    const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = found.headers;
    response.writeHead(found.statusCode ?? 502, { ...headers, 'x-pod': pod.name });
    found.pipe(response);
    found.on('error', () => response.destroy());
  });
  onward.on('timeout', () => onward.destroy(new Error('timeout')));
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else answer(others, request, response);
  });
  onward.end();
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
