/** grpc.health.v1.Health/Check by hand over HTTP/2: one message each way, so no library is needed. */
import { connect } from 'node:http2';

const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const BYTES_MAX = 4_096;

/** A length-prefixed HealthCheckRequest { string service = 1; }. */
function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const body = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** HealthCheckResponse { ServingStatus status = 1; } after its five-byte prefix. */
function decodeHealthResponse(message: Uint8Array): string {
  const body = message.subarray(5);
  for (let i = 0; i + 1 < body.length; i += 2) if (body[i] === 0x08) return STATUSES[body[i + 1]!] ?? 'UNKNOWN';
  return 'UNKNOWN';
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Resolves with the serving status. Rejects with the kubelet's words. */
export function checkHealth(authority: string, service: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${authority}`);
    const end = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      session.destroy();
      act();
    };
    const onAbort = () => end(() => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort, { once: true });
    session.on('error', (error) => end(() => reject(error)));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let code = '';
    let text = '';
    const note = (headers: Record<string, unknown>) => {
      const { 'grpc-status': status, 'grpc-message': message } = headers;
      if (typeof status === 'string') code = status;
      if (typeof message === 'string') text = message;
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BYTES_MAX) chunks.push(chunk);
    });
    stream.on('error', (error) => end(() => reject(error)));
    stream.on('end', () => end(() => finish(code, text, Buffer.concat(chunks), resolve, reject)));
    stream.end(encodeHealthRequest(service));
  });
}

function finish(
  code: string,
  text: string,
  body: Buffer,
  resolve: (status: string) => void,
  reject: (error: Error) => void,
): void {
  if (code === '0') return resolve(decodeHealthResponse(body));
  if (code === '12')
    return reject(new Error('error: this server does not implement the grpc health protocol (grpc.health.v1.Health)'));
  reject(new Error(`error: health rpc probe failed: ${text || `code ${code}`}`));
}
