/** Requests to the cluster that a kubeconfig names. @kubernetes/client-node reads the kubeconfig; the requests are plain HTTPS, so that tables and watches come as the server sends them. */
import { existsSync } from 'node:fs';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';

export interface Status {
  readonly kind?: string;
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** The server's refusal, in kubectl's words. */
export class ServerError extends Error {
  constructor(readonly status: Status) {
    super(`Error from server${status.reason ? ` (${status.reason})` : ''}: ${status.message ?? `code ${status.code}`}`);
  }
}

export interface Call {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface ConnectOptions {
  readonly kubeconfig?: string;
  readonly data?: string;
}

const requestDeadlineMs = 60_000;

/** One cluster and one user. Every method throws ServerError for a refusal and an Error of one line for a lost connection. */
export class ClusterClient {
  readonly #agent = new https.Agent({ keepAlive: true });

  private constructor(
    readonly config: KubeConfig,
    private readonly server: string,
    private readonly options: RequestOptions,
  ) {}

  /** Reads `--kubeconfig`, else the one of `--data`, else KUBECONFIG, else that of ./.troupe. */
  static async connect(options: ConnectOptions): Promise<ClusterClient> {
    const config = new KubeConfig();
    const server = loadInto(config, options).getCurrentCluster()?.server;
    if (!server) throw new Error('the kubeconfig names no cluster for its current context');
    const secrets: RequestOptions = {};
    await config.applyToHTTPSOptions(secrets);
    const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = secrets;
    return new ClusterClient(config, server.replace(/\/$/, ''), {
      ca,
      cert,
      key,
      rejectUnauthorized,
      servername,
      headers,
      auth,
    });
  }

  get namespace(): string {
    return this.config.getContextObject(this.config.getCurrentContext())?.namespace ?? 'default';
  }

  async json<T>(method: string, where: string, call: Call = {}): Promise<T> {
    const response = await this.open(method, where, call, requestDeadlineMs);
    return JSON.parse(await text(response)) as T;
  }

  get<T>(where: string, query?: Call['query']): Promise<T> {
    return this.json<T>('GET', where, { query });
  }

  /** The answer as it comes; without a deadline, for logs and watches. */
  open(method: string, where: string, call: Call = {}, timeoutMs = 0): Promise<IncomingMessage> {
    const url = new URL(this.server + where);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, one);
    }
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers: OutgoingHttpHeaders = {
      ...(this.options.headers as OutgoingHttpHeaders | undefined),
      accept: call.accept ?? 'application/json',
      'user-agent': 'troupe-k',
      ...(body === undefined
        ? {}
        : {
            'content-type': call.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
    };
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const options = {
        ...this.options,
        method,
        headers,
        timeout: timeoutMs,
        ...(secure ? { agent: this.#agent } : {}),
      };
      const request = (secure ? https : http).request(url, options, (response) => {
        void answered(response).then(resolve, reject);
      });
      request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
      request.on('error', (error: NodeJS.ErrnoException) => reject(new Error(connectionProblem(error, this.server))));
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function loadInto(config: KubeConfig, { kubeconfig, data }: ConnectOptions): KubeConfig {
  const chosen = kubeconfig ?? (data && path.join(data, 'admin.kubeconfig'));
  const file = chosen ?? (process.env['KUBECONFIG'] || path.join('.troupe', 'admin.kubeconfig'));
  const files = chosen ? [chosen] : file.split(path.delimiter).filter(Boolean);
  if (!files.some((name) => existsSync(name))) {
    throw new Error(
      `there is no ${file}: \`npm start\` starts a cluster and writes ./.troupe/admin.kubeconfig; --data DIR or KUBECONFIG name another`,
    );
  }
  if (files.length > 1) config.loadFromDefault();
  else config.loadFromFile(files[0]!);
  return config;
}

async function answered(response: IncomingMessage): Promise<IncomingMessage> {
  if ((response.statusCode ?? 0) < 400) return response;
  throw await refusalOf(response);
}

/** Reads what the server says about a refusal. */
export async function refusalOf(response: IncomingMessage): Promise<ServerError> {
  const code = response.statusCode ?? 0;
  const body = await text(response);
  let status: Status;
  try {
    status = JSON.parse(body) as Status;
  } catch {
    status = { message: body.trim() || response.statusMessage, code };
  }
  return new ServerError({ code, ...status });
}

function connectionProblem(error: NodeJS.ErrnoException, server: string): string {
  if (error.code === 'ECONNREFUSED') return `nothing answers at ${server}: is Troupe running? (\`npm start\`)`;
  if (error.code?.includes('CERT') || error.code?.startsWith('ERR_TLS'))
    return `${server} is not the cluster that the kubeconfig was written for: ${error.message}`;
  return `${server}: ${error.message}`;
}
