/** The bus of one process: hands values over, copies and loses nothing. */
import { type Ask, type AskHandler, type Bus, NoResponderError, type Subscription } from './bus.js';
import { streamPair } from './memory-stream.js';
import type { BusStream } from './stream.js';

type Handler = (message: unknown, subject: string) => void;

export class MemoryBus implements Bus {
  readonly #servers = new Map<string, AskHandler>();
  readonly #streamServers = new Map<string, (open: unknown, stream: BusStream) => void>();
  readonly #exact = new Map<string, Set<Handler>>();
  readonly #prefixes = new Map<string, Set<Handler>>();

  ask(subject: string, ask: Ask): Promise<unknown> {
    const handler = this.#servers.get(subject);
    return handler ? handler(ask) : Promise.reject(new NoResponderError(`nobody serves ${subject}`));
  }

  serve(subject: string, handler: AskHandler): Subscription {
    this.#servers.set(subject, handler);
    return {
      end: () => {
        if (this.#servers.get(subject) === handler) this.#servers.delete(subject);
      },
    };
  }

  publish(subject: string, message: unknown): void {
    for (const handler of this.#exact.get(subject) ?? []) handler(message, subject);
    for (const [prefix, handlers] of this.#prefixes) {
      if (subject.startsWith(prefix)) for (const handler of handlers) handler(message, subject);
    }
  }

  subscribe(subject: string, handler: Handler): Subscription {
    const wildcard = subject.endsWith('.>');
    const key = wildcard ? subject.slice(0, -1) : subject;
    const registry = wildcard ? this.#prefixes : this.#exact;
    const handlers = registry.get(key) ?? new Set();
    registry.set(key, handlers.add(handler));
    return {
      end: () => {
        handlers.delete(handler);
        if (handlers.size === 0) registry.delete(key);
      },
    };
  }

  openStream(subject: string, open: unknown): Promise<BusStream> {
    const handler = this.#streamServers.get(subject);
    if (!handler) return Promise.reject(new NoResponderError(`nobody serves ${subject}`));
    const [near, far] = streamPair();
    handler(open, far);
    return Promise.resolve(near);
  }

  serveStreams(subject: string, handler: (open: unknown, stream: BusStream) => void): Subscription {
    this.#streamServers.set(subject, handler);
    return {
      end: () => {
        if (this.#streamServers.get(subject) === handler) this.#streamServers.delete(subject);
      },
    };
  }
}
