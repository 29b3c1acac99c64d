/** Probes over this machine's network. No certificate is verified, as in the kubelet. The only file of probes/ that uses real timers and sockets. */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { checkHealth } from './grpc-health.js';
import type { HttpProbeRequest, ProbeTransport } from './probe-transport.js';

const BODY_BYTES_MAX = 10_240;
const REDIRECTS_MAX = 10;

export class NetworkProbeTransport implements ProbeTransport {
  http(request: HttpProbeRequest): Promise<{ status: number; body: string }> {
    return follow(request, REDIRECTS_MAX);
  }

  tcp(host: string, port: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, timeout: timeoutMs });
      const end = (error?: Error) => {
        socket.destroy();
        if (error) reject(error);
        else resolve();
      };
      socket.once('connect', () => end());
      socket.once('timeout', () => end(new Error(`dial tcp ${authorityOf(host, port)}: i/o timeout`)));
      socket.once('error', (error) => end(dialError(host, port, error)));
    });
  }

  async grpc(host: string, port: number, service: string, timeoutMs: number): Promise<string> {
    const authority = authorityOf(host, port);
    try {
      return await checkHealth(authority, service, AbortSignal.timeout(timeoutMs));
    } catch (error) {
      const { message, name } = error as Error;
      if (message.startsWith('error:')) throw error;
      const why = name === 'TimeoutError' ? 'context deadline exceeded' : dialError(host, port, error as Error).message;
      throw new Error(`timeout: failed to connect service "${authority}" within ${timeoutMs / 1_000}s: ${why}`);
    }
  }
}

const authorityOf = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Go's words for what Node says. */
function dialError(host: string, port: number, error: Error): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const words: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'connect: connection timed out',
  };
  if (code === 'ECONNRESET') return new Error('read: connection reset by peer');
  const text = code === undefined ? undefined : words[code];
  return new Error(text ? `dial tcp ${authorityOf(host, port)}: ${text}` : error.message);
}

async function follow(request: HttpProbeRequest, redirects: number): Promise<{ status: number; body: string }> {
  const answer = await send(request);
  const location = answer.location;
  if (answer.status < 300 || answer.status >= 400 || location === undefined || redirects === 0) return answer;
  const target = new URL(location, `${request.scheme}://${authorityOf(request.host, request.port)}${request.path}`);
  // A redirect to another host counts as a success: the pod did answer.
  if (target.hostname.replace(/^\[|\]$/g, '') !== request.host) return answer;
  const scheme = target.protocol === 'https:' ? 'https' : 'http';
  const port = Number(target.port) || (scheme === 'https' ? 443 : 80);
  return follow({ ...request, scheme, port, path: target.pathname + target.search }, redirects - 1);
}

function send(request: HttpProbeRequest): Promise<{ status: number; body: string; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const open = request.scheme === 'https' ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(request.timeoutMs);
    const options = {
      host: request.host,
      port: request.port,
      path: request.path,
      headers: Object.fromEntries(request.headers),
      rejectUnauthorized: false,
      agent: false,
      signal,
    };
    const fail = (error: Error) => {
      if (!signal.aborted) return reject(dialError(request.host, request.port, error));
      reject(new Error('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'));
    };
    const outgoing = open(options, (incoming: IncomingMessage) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => {
        if (body.length < BODY_BYTES_MAX) body += text;
        else incoming.destroy();
      });
      incoming.on('error', fail);
      incoming.on('close', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          body: body.slice(0, BODY_BYTES_MAX),
          location: incoming.headers.location,
        });
      });
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}
