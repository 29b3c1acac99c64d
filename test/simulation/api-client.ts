/** A client outside the cluster: requests through the gateway's core with real bodies, and the answers, or what may have become of them. */
import type { ApiRequest, ApiResponse, ResponseSink } from '../../gateway/api-request.js';
import { sleep } from '../../runtime/process/clock.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import type { Cluster } from './cluster.js';
import type { Life } from './world/life.js';

/** refused: nobody was there, so nothing happened. unknown: it may have happened. */
export type Answer =
  | { readonly kind: 'answered'; readonly code: number; readonly body: KubeObject }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export interface WatchHandlers {
  readonly onEvent: (event: { type: string; object: KubeObject }) => void;
  readonly onEnd: (why: Answer | { readonly kind: 'ended' }) => void;
}

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

export class ApiClient {
  readonly #life: Life;

  constructor(
    private readonly cluster: Cluster,
    name: string,
  ) {
    this.#life = cluster.world.life(`client ${name}`);
  }

  sleep(ms: number): Promise<void> {
    return sleep(this.#life.clock, ms);
  }

  async request(method: string, target: string, body?: object, contentType = 'application/json'): Promise<Answer> {
    const answer = await this.#send(method, target, body, contentType);
    const text =
      answer.kind === 'answered'
        ? `${answer.code} ${answer.body.metadata?.resourceVersion ?? ''} ${(answer.body as { message?: string }).message ?? ''}`
        : answer.kind;
    this.cluster.world.trace.add(`${this.#life.name} ${method} ${target} → ${text}`);
    return answer;
  }

  async #send(method: string, target: string, body: object | undefined, contentType: string): Promise<Answer> {
    const process = this.cluster.serving;
    await this.sleep(this.cluster.faults.latencyMs());
    if (!process || this.cluster.serving !== process) return { kind: 'refused' };
    return new Promise((resolve) => {
      process.life.onDeath(() => resolve({ kind: 'unknown' }));
      void process.gateway!.server.handle(requestOf(method, target, body, contentType)).then((response) => {
        // On its way the answer may still be lost with the process.
        this.#life.clock.after(this.cluster.faults.latencyMs(), () =>
          resolve({ kind: 'answered', code: response.status, body: bodyOf(response) }),
        );
      });
    });
  }

  /** Ends with the process, when the server ends it, or with an error answer. */
  async watch(target: string, { onEvent, onEnd }: WatchHandlers): Promise<void> {
    const process = this.cluster.serving;
    await this.sleep(this.cluster.faults.latencyMs());
    if (!process || this.cluster.serving !== process) return onEnd({ kind: 'refused' });
    let isOver = false;
    const end = (why: Answer | { readonly kind: 'ended' }) => {
      if (!isOver) onEnd(why);
      isOver = true;
    };
    process.life.onDeath(() => end({ kind: 'unknown' }));
    const response = await process.life.whileAlive(
      process.gateway!.server.handle(requestOf('GET', target, undefined, '')),
    );
    if (!response.run) return end({ kind: 'answered', code: response.status, body: bodyOf(response) });
    const closers: (() => void)[] = [];
    const sink: ResponseSink = {
      queuedBytes: 0,
      write: (bytes) => {
        for (const line of Buffer.from(bytes).toString().split('\n'))
          if (line !== '' && !isOver) onEvent(JSON.parse(line) as { type: string; object: KubeObject });
        return true;
      },
      end: () => {
        for (const close of closers.splice(0)) close();
        end({ kind: 'ended' });
      },
      abort: () => sink.end(),
      onDrain: (fn) => fn(),
      onClose: (fn) => (isOver ? fn() : void closers.push(fn)),
    };
    response.run(sink);
  }
}

function requestOf(method: string, target: string, body: object | undefined, contentType: string): ApiRequest {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = bytes ? { 'content-type': contentType, 'content-length': String(bytes.length) } : {};
  return { method, target, headers: { accept: 'application/json', ...headers }, body: bytes, identity: ADMIN };
}

function bodyOf(response: ApiResponse): KubeObject {
  const { body = [] } = response as { body?: Uint8Array | readonly Uint8Array[] };
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(body as Uint8Array[]);
  return JSON.parse(bytes.toString()) as KubeObject;
}
