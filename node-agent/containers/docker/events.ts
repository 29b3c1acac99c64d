/** Docker's event stream, resumed where it broke off. */
import type { Readable } from 'node:stream';
import { type Clock, sleep, type Timer } from '../../../runtime/process/clock.js';
import type { Logger } from '../../../runtime/process/logger.js';
import type { RuntimeEvent } from '../container-runtime.js';
import { type Engine, messageOf } from './engine.js';
import { labels, type Owner, ownerFilter, podOf } from './identity.js';
import { jsonLines } from './json-lines.js';

const RESYNC_MS = 30_000;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

interface DockerEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

const KINDS: Readonly<Record<string, RuntimeEvent['kind']>> = {
  start: 'started',
  die: 'exited',
  oom: 'oom',
  destroy: 'removed',
};

/** Undefined for what pods don't care about. */
export function runtimeEventOf({ Action, Actor }: DockerEvent): RuntimeEvent | undefined {
  const kind = KINDS[Action];
  const { ID: id, Attributes: attributes } = Actor;
  if (!kind) return undefined;
  if (attributes[labels.type] !== 'sandbox') return { kind, id, pod: podOf(attributes) };
  return kind === 'exited' || kind === 'removed' ? { kind: 'sandbox-exited', id, pod: podOf(attributes) } : undefined;
}

export class DockerEvents {
  private readonly stopped = new AbortController();
  /** As Docker takes it: seconds with a fraction. */
  private since: string;
  private resyncTimer: Timer | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly owner: Owner,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly onEvent: (event: RuntimeEvent) => void,
    private readonly resync: () => void,
  ) {
    this.since = (clock.now() / 1000).toFixed(3);
    void this.follow();
    this.resyncLater();
  }

  close(): void {
    this.stopped.abort();
    this.resyncTimer?.cancel();
  }

  private resyncLater(): void {
    this.resyncTimer = this.clock.after(RESYNC_MS, () => {
      this.resync();
      this.resyncLater();
    });
  }

  /**
   * A stream that ends says nothing about containers: with live-restore they go on while dockerd is away. So nothing is concluded until it answers again; then
   * what happened meanwhile comes by `since`, and the resync finds what Docker forgot.
   */
  private async follow(): Promise<void> {
    const { signal } = this.stopped;
    let delayMs = RETRY_MIN_MS;
    let wasAway = false;
    while (!signal.aborted) {
      try {
        const stream = await this.open();
        if (wasAway) this.resync();
        delayMs = RETRY_MIN_MS;
        await this.read(stream);
      } catch (error) {
        if (signal.aborted) return;
        if (!wasAway) this.logger.warn({ reason: messageOf(error) }, 'lost touch with Docker');
      }
      wasAway = true;
      this.engine.renegotiate();
      await sleep(this.clock, delayMs, signal).catch(() => {});
      delayMs = Math.min(RETRY_MAX_MS, delayMs * 2);
    }
  }

  private open(): Promise<NodeJS.ReadableStream> {
    const filters = { type: ['container'], event: Object.keys(KINDS), label: ownerFilter(this.owner) };
    return this.engine.read('/events', { since: this.since, filters: JSON.stringify(filters) }, this.stopped.signal);
  }

  private async read(stream: NodeJS.ReadableStream): Promise<void> {
    const destroy = () => (stream as Readable).destroy();
    this.stopped.signal.addEventListener('abort', destroy, { once: true });
    try {
      for await (const event of jsonLines<DockerEvent>(stream)) {
        if (this.stopped.signal.aborted) return;
        // A millisecond back, since JSON rounds the nanoseconds: an event told twice does no harm, a lost one costs 30 s.
        this.since = (event.timeNano / 1e9 - 0.001).toFixed(3);
        const known = runtimeEventOf(event);
        if (known) this.onEvent(known);
      }
    } finally {
      this.stopped.signal.removeEventListener('abort', destroy);
    }
  }
}
