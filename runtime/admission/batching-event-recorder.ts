/** EventRecorder that counts repeats instead of writing them again, keeps a flood of one object from the rest, and writes in the background. */
import { events as limits } from '../../schemas/limits.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { Clock, Timer } from '../process/clock.js';
import { type Draft, EventRecorder, type ResourceClient } from './resource-client.js';

type Recorded = Parameters<EventRecorder['record']>[0];

/** An event that was written or waits to be: repeats raise its count. */
interface Known {
  readonly event: Recorded;
  readonly name: string;
  readonly namespace: string;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  state: 'new' | 'counted' | 'written';
}

/** Allowance of one source about one object: `burstPerObject` at once, one more every `refillMs`. */
interface Allowance {
  left: number;
  atMs: number;
}

export class BatchingEventRecorder extends EventRecorder {
  readonly #known = new Map<string, Known>();
  readonly #allowances = new Map<string, Allowance>();
  readonly #queue: Known[] = [];
  #timer: Timer | undefined;
  #dropped = 0;
  #stopped = false;

  constructor(
    private readonly client: ResourceClient,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Events not written because their source said too much, or the queue was full. */
  get dropped(): number {
    return this.#dropped;
  }

  record(event: Recorded): void {
    if (this.#stopped) return;
    const { involved, component } = event;
    const key = `${component}|${involved.uid}|${involved.fieldPath ?? ''}|${event.type}|${event.reason}|${event.message}`;
    const known = this.#known.get(key);
    if (!this.#allowed(`${component}|${involved.uid}`)) this.#dropped++;
    else if (known) this.#repeat(key, known);
    else this.#first(key, event);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #first(key: string, event: Recorded): void {
    const nowMs = this.clock.now();
    const { involved } = event;
    const name = `${involved.name}.${Math.floor(nowMs * 1e6).toString(16)}${this.#serial()}`;
    const known: Known = {
      event,
      name,
      namespace: involved.namespace ?? 'default',
      firstMs: nowMs,
      lastMs: nowMs,
      count: 1,
      state: 'new',
    };
    this.#known.set(key, known);
    if (this.#known.size > limits.knownMax) this.#known.delete(this.#known.keys().next().value!);
    this.#push(known);
  }

  #repeat(key: string, known: Known): void {
    known.count++;
    known.lastMs = this.clock.now();
    this.#known.delete(key); // Back to the young end.
    this.#known.set(key, known);
    if (known.state !== 'written') return;
    known.state = 'counted';
    this.#push(known);
  }

  #serials = 0;

  /** Makes names of one millisecond differ. */
  #serial(): string {
    this.#serials = (this.#serials + 1) & 0xffff;
    return this.#serials.toString(16).padStart(4, '0');
  }

  #push(known: Known): void {
    if (this.#queue.length >= limits.queueMax) {
      this.#dropped++;
      return;
    }
    this.#queue.push(known);
    this.#timer ??= this.clock.after(limits.tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#timer = undefined;
    for (const known of this.#queue.splice(0, limits.writtenPerTick)) void this.#write(known);
    if (this.#queue.length > 0) this.#timer = this.clock.after(limits.tickMs, () => this.#tick());
  }

  async #write(known: Known): Promise<void> {
    const isNew = known.state === 'new';
    known.state = 'written';
    try {
      if (isNew) await this.client.create('events', eventObject(known));
      else
        await this.client.patch('events', `${known.namespace}/${known.name}`, {
          patchType: 'merge',
          patch: { count: known.count, lastTimestamp: formatTime(known.lastMs) },
          target: '',
        });
    } catch {
      // An Event is a courtesy: its namespace may be going, or it may have expired.
      this.#dropped++;
    }
  }

  #allowed(source: string): boolean {
    const nowMs = this.clock.monotonic();
    const allowance = this.#allowances.get(source) ?? { left: limits.burstPerObject, atMs: nowMs };
    const left = Math.min(limits.burstPerObject, allowance.left + (nowMs - allowance.atMs) / limits.refillMs);
    this.#allowances.delete(source);
    this.#allowances.set(source, { left: left >= 1 ? left - 1 : left, atMs: nowMs });
    if (this.#allowances.size > limits.knownMax) this.#allowances.delete(this.#allowances.keys().next().value!);
    return left >= 1;
  }
}

function eventObject({ event, name, namespace, firstMs, lastMs, count }: Known): Draft {
  const { involved, component, host } = event;
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name, namespace },
    involvedObject: { ...involved },
    reason: event.reason,
    message: event.message,
    source: host ? { component, host } : { component },
    firstTimestamp: formatTime(firstMs),
    lastTimestamp: formatTime(lastMs),
    count,
    type: event.type,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}
