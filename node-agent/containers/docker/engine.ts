/** The connection to one Docker Engine: its API version is negotiated, its errors become RuntimeErrors, its requests have deadlines. */
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import type { Clock } from '../../../runtime/process/clock.js';
import { RuntimeError } from '../container-runtime.js';
import { Limiter } from './limiter.js';

export type DockerOptions = Docker.DockerOptions;

/** The newest API that was tried; an older engine is spoken to in its own. */
const API_VERSION_MAX = '1.47';
const NOT_MODIFIED = 304;
const CALL_DEADLINE_MS = 120_000;
/** More at once make dockerd no faster, and each of them slower. */
const HEAVY_CALLS_MAX = Math.max(4, availableParallelism());

interface DockerError extends Error {
  statusCode?: number;
  json?: { message?: string };
  code?: string;
}

/** dockerode's own, before the words of the engine. */
const PREFACE = /^\(HTTP code \d+\) .*? - /;

/** What the engine said, without dockerode's preface. */
export function messageOf(error: unknown): string {
  const { json, message } = error as DockerError;
  return json?.message ?? message?.replace(PREFACE, '').trim() ?? String(error);
}

function statusCodeOf(error: unknown): number | undefined {
  return (error as DockerError).statusCode;
}

/** `kind` is for what the engine itself refused; a lost connection is `unavailable`, a missing thing `not-found`. */
export function asRuntimeError(error: unknown, kind: RuntimeError['kind'] = 'invalid'): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const status = statusCodeOf(error);
  if (status === undefined) return new RuntimeError('unavailable', messageOf(error));
  const message = messageOf(error);
  // A start also answers 404 when the executable is missing.
  if (status === 404 && (kind !== 'start-failed' || /No such container/i.test(message))) {
    return new RuntimeError('not-found', message);
  }
  return new RuntimeError(kind, message);
}

const numbersOf = (version: string) => version.split('.').map(Number);

/** The smaller of the engine's version and the newest known; undefined for what is no version. */
export function negotiatedVersion(engine: string | undefined): string | undefined {
  if (!engine || !/^\d+\.\d+$/.test(engine)) return undefined;
  const [major = 0, minor = 0] = numbersOf(engine);
  const [majorMax = 0, minorMax = 0] = numbersOf(API_VERSION_MAX);
  return major < majorMax || (major === majorMax && minor < minorMax) ? engine : API_VERSION_MAX;
}

/** Requests go through `call`; `heavy` ones (create, start, remove) also wait for their turn. */
export class Engine {
  readonly docker: Docker;
  private readonly clock: Clock;
  private readonly heavyCalls = new Limiter(HEAVY_CALLS_MAX);
  private negotiated: Promise<void> | undefined;

  constructor(connection: Docker | DockerOptions | undefined, clock: Clock) {
    this.docker = connection instanceof Docker ? connection : new Docker(connection);
    this.clock = clock;
  }

  /** Throws RuntimeError; `kind` for what the engine refuses. */
  async call<T>(
    request: (docker: Docker) => Promise<T>,
    kind: RuntimeError['kind'] = 'invalid',
    deadlineMs = CALL_DEADLINE_MS,
  ): Promise<T> {
    await this.negotiate();
    return this.withDeadline(request(this.docker), deadlineMs).catch((error: unknown) => {
      if (statusCodeOf(error) === NOT_MODIFIED) return undefined as T; // Started or stopped already: what was asked for.
      throw asRuntimeError(error, kind);
    });
  }

  heavy<T>(request: (docker: Docker) => Promise<T>, kind: RuntimeError['kind'] = 'invalid'): Promise<T> {
    return this.heavyCalls.run(() => this.call(request, kind));
  }

  /** As `heavy`, before what only waits: a pod that was begun is finished before the next, so that of many pods the first run early. */
  urgent<T>(request: (docker: Docker) => Promise<T>, kind: RuntimeError['kind'] = 'invalid'): Promise<T> {
    return this.heavyCalls.run(() => this.call(request, kind), true);
  }

  /** Undefined where the engine answers 404; repeats nothing. */
  async find<T>(request: (docker: Docker) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.call(request);
    } catch (error) {
      if ((error as RuntimeError).kind === 'not-found') return undefined;
      throw error;
    }
  }

  /** A GET whose answer is read as it comes: dockerode would keep it whole. Throws RuntimeError. */
  async read(path: string, query: Record<string, unknown>, signal?: AbortSignal): Promise<Readable> {
    await this.negotiate();
    const options = { ...query, ...(signal ? { abortSignal: signal } : {}) };
    return new Promise((resolve, reject) => {
      const dial = {
        path: `${path}?`,
        method: 'GET',
        isStream: true,
        abortSignal: signal,
        statusCodes: { 200: true },
        options,
      };
      this.docker.modem.dial(dial as never, (error, answer) =>
        error ? reject(asRuntimeError(error)) : resolve(answer as Readable),
      );
    });
  }

  /** After the engine was away it may be another one. */
  renegotiate(): void {
    if (!this.negotiated) return;
    this.negotiated = undefined;
    (this.docker.modem as { version?: string }).version = undefined;
  }

  private negotiate(): Promise<void> {
    this.negotiated ??= this.askVersion().catch((error: unknown) => {
      this.negotiated = undefined;
      throw asRuntimeError(error, 'unavailable');
    });
    return this.negotiated;
  }

  private async askVersion(): Promise<void> {
    const modem = this.docker.modem as { version?: string };
    if (modem.version) return;
    const version = negotiatedVersion((await this.withDeadline(this.docker.version(), 10_000)).ApiVersion);
    if (version) modem.version = `v${version}`;
  }

  private withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(ms, () =>
        reject(new RuntimeError('timeout', `no answer from Docker in ${ms / 1000} s`)),
      );
      promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}
