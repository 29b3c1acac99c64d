/** Requests of exactly these bytes to a running cluster, as its administrator. */
import { readFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered, which a test looks into
  readonly body: any;
}

export interface RawOptions {
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it, the request comes from nobody. */
  readonly anonymous?: boolean;
}

export type RawApi = (method: string, path: string, body?: string | Buffer, options?: RawOptions) => Promise<RawAnswer>;

export function rawApi(kubeconfigPath: string): RawApi {
  const { clusters, users } = parse(readFileSync(kubeconfigPath, 'utf8'));
  const bytes = (data: string) => Buffer.from(data, 'base64');
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  const identity = { cert: bytes(cert), key: bytes(key) };
  return (method, path, body, { type = 'application/json', headers = {}, anonymous = false } = {}) =>
    new Promise((resolve, reject) => {
      const options = { method, ca: bytes(ca), ...(anonymous ? {} : identity), agent: false as unknown as Agent };
      const sent = request(
        `${server}${path}`,
        { ...options, headers: { 'content-type': type, ...lengthOf(body, headers), ...headers } },
        (answer) => {
          text(answer).then(
            (said) => resolve({ status: answer.statusCode!, headers: answer.headers, body: parsed(said) }),
            reject,
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}

/** Node sends the body of a DELETE without any length otherwise. */
function lengthOf(body: string | Buffer | undefined, headers: object): Record<string, string> {
  return body === undefined || 'transfer-encoding' in headers
    ? {}
    : { 'content-length': String(Buffer.byteLength(body)) };
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}
