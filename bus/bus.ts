/**
 * The port to messages. MemoryBus (embedded, simulation) and NatsBus (cluster) pass one contract suite (test/contract/bus.ts).
 * Messages are plain readonly data; the embedded bus hands values over and copies nothing.
 */
import type { BusStream } from './stream.js';

/** A command to one actor: `address` is `<type>/<key>`, `method` one of its protocol's. */
export interface Ask {
  readonly id: string;
  readonly address: string;
  readonly method: string;
  readonly message: unknown;
  /** Milliseconds left for the answer; each hop subtracts what it used. */
  readonly budgetMs: number;
  /** Mailboxes admit in two classes; users fill at most half. */
  readonly from: 'system' | 'user';
}

/** Where asks of a set of shards are handled. Rejections are StatusErrors. */
export type AskHandler = (ask: Ask) => Promise<unknown>;

/** Nobody serves the address now: look again, retry inside the budget with the same id. */
export class NoResponderError extends Error {
  override readonly name = 'NoResponderError';
}

/** The budget ended: the outcome is unknown. */
export class AskTimeoutError extends Error {
  override readonly name = 'AskTimeoutError';
}

export interface Subscription {
  end(): void;
}

export interface Bus {
  /** Sends to whoever serves the ask subject (bus/subjects.ts). Throws StatusError from the handler, NoResponderError, AskTimeoutError. */
  ask(subject: string, ask: Ask): Promise<unknown>;
  serve(subject: string, handler: AskHandler): Subscription;

  /** At most once, in order per publisher and subscriber. */
  publish(subject: string, message: unknown): void;
  /** `subject` may end in `.>` (all below). */
  subscribe(subject: string, handler: (message: unknown, subject: string) => void): Subscription;

  openStream(subject: string, open: unknown): Promise<BusStream>;
  serveStreams(subject: string, handler: (open: unknown, stream: BusStream) => void): Subscription;
}
