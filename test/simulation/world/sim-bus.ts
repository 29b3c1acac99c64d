/** The bus between lives: asks arrive, later; events may be lost or late, but arrive in order per sender and receiver. Within one life it is the memory bus. */
import {
  type Ask,
  type AskHandler,
  AskTimeoutError,
  type Bus,
  NoResponderError,
  type Subscription,
} from '../../../bus/bus.js';
import { streamPair } from '../../../bus/memory-stream.js';
import type { BusStream } from '../../../bus/stream.js';
import type { Life } from './life.js';

type Handler = (message: unknown, subject: string) => void;
type StreamHandler = (open: unknown, stream: BusStream) => void;

export interface BusFaults {
  /** How long a message between two lives is on its way. */
  latencyMs(): number;
  /** What becomes of an event on its way; undefined: it is lost. */
  eventDelayMs(subject: string): number | undefined;
}

interface Subscriber {
  readonly life: Life;
  readonly handler: Handler;
}

export class SimBus {
  readonly #servers = new Map<string, { life: Life; handler: AskHandler }>();
  readonly #streams = new Map<string, { life: Life; handler: StreamHandler }>();
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** When the last message from one life to another arrives. */
  readonly #lastArrival = new WeakMap<Life, WeakMap<Life, number>>();

  constructor(private readonly faults: BusFaults) {}

  /** The bus as one life sees it. */
  of(life: Life): Bus {
    return life.scoped<Bus>({
      ask: (subject, ask) => this.#ask(life, subject, ask),
      serve: (subject, handler) => register(this.#servers, subject, { life, handler }),
      publish: (subject, message) => this.#publish(life, subject, message),
      subscribe: (subject, handler) => this.#subscribe(subject, { life, handler }),
      openStream: (subject, open) => this.#openStream(subject, open),
      serveStreams: (subject, handler) => register(this.#streams, subject, { life, handler }),
    });
  }

  #ask(from: Life, subject: string, ask: Ask): Promise<unknown> {
    const served = this.#servers.get(subject);
    if (!served) return Promise.reject(new NoResponderError(`nobody serves ${subject}`));
    if (served.life === from) return served.handler(ask);
    return new Promise((resolve, reject) => {
      const timeout = from.clock.after(ask.budgetMs, () =>
        reject(new AskTimeoutError(`${ask.address} did not answer`)),
      );
      const answer = (settle: () => void) => {
        this.#deliver(served.life, from, this.faults.latencyMs(), () => {
          timeout.cancel();
          settle();
        });
      };
      this.#deliver(from, served.life, this.faults.latencyMs(), () => {
        served.handler(ask).then(
          (value) => answer(() => resolve(value)),
          (error: Error) => answer(() => reject(error)),
        );
      });
    });
  }

  #publish(from: Life, subject: string, message: unknown): void {
    for (const [wanted, subscribers] of this.#subscribers) {
      if (wanted !== subject && !(wanted.endsWith('.>') && subject.startsWith(wanted.slice(0, -1)))) continue;
      const receivers = Array.from(subscribers); // Handlers subscribe and end subscriptions.
      for (const { life, handler } of receivers) {
        if (life === from) {
          handler(message, subject);
          continue;
        }
        const delayMs = this.faults.eventDelayMs(subject);
        if (delayMs !== undefined) this.#deliver(from, life, delayMs, () => handler(message, subject));
      }
    }
  }

  #deliver(from: Life, to: Life, delayMs: number, fn: () => void): void {
    const nowMs = to.world.elapsedMs;
    const arrivals = this.#lastArrival.get(from) ?? new WeakMap<Life, number>();
    this.#lastArrival.set(from, arrivals);
    const atMs = Math.max(nowMs + delayMs, arrivals.get(to) ?? 0);
    arrivals.set(to, atMs);
    to.clock.after(atMs - nowMs, fn);
  }

  #subscribe(subject: string, subscriber: Subscriber): Subscription {
    const subscribers = this.#subscribers.get(subject) ?? new Set();
    this.#subscribers.set(subject, subscribers.add(subscriber));
    const end = () => void subscribers.delete(subscriber);
    subscriber.life.onDeath(end);
    return { end };
  }

  #openStream(subject: string, open: unknown): Promise<BusStream> {
    const served = this.#streams.get(subject);
    if (!served) return Promise.reject(new NoResponderError(`nobody serves ${subject}`));
    const [near, far] = streamPair();
    served.handler(open, far);
    return Promise.resolve(near);
  }
}

function register<T extends { life: Life }>(registry: Map<string, T>, subject: string, served: T): Subscription {
  registry.set(subject, served);
  const end = () => {
    if (registry.get(subject) === served) registry.delete(subject);
  };
  served.life.onDeath(end);
  return { end };
}
