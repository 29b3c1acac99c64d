/** Directory over the bus: asks are repeated with the same id while an owner is being found, inside the budget. */
import { type Ask, AskTimeoutError, type Bus, NoResponderError } from '../../bus/bus.js';
import { askSubject } from '../../bus/subjects.js';
import { ServiceUnavailableError, TimeoutError } from '../../schemas/errors.js';
import { ask as limits } from '../../schemas/limits.js';
import { type Clock, sleep } from '../process/clock.js';
import { slotOf, slotsOf } from '../shards/slots.js';
import { Directory, type Ref } from './actor.js';

const firstPauseMs = 20;
const pauseMaxMs = 500;

export interface AskParameters {
  readonly type: string;
  readonly name: string;
  readonly method: string;
  readonly message: unknown;
  readonly from: 'system' | 'user';
  readonly budgetMs?: number;
  readonly id?: string;
}

export class BusDirectory extends Directory {
  readonly #subjects = new Map<string, readonly string[]>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    super();
  }

  ref<P>(type: string, name: string): Ref<P> {
    return new Proxy({} as Ref<P>, {
      get: (_target, method) => (message: unknown, budgetMs?: number) =>
        this.ask({ type, name, method: String(method), message, from: 'system', budgetMs }),
    });
  }

  /** Throws the handler's StatusError; ServiceUnavailableError if nobody served the address; TimeoutError if the outcome is unknown. */
  ask(parameters: AskParameters): Promise<unknown> {
    const subject = this.#subjectOf(parameters.type, parameters.name);
    const ask = this.#message(parameters);
    return this.bus.ask(subject, ask).catch((error: unknown) => this.#again(subject, ask, error));
  }

  #message({ type, name, method, message, from, budgetMs, id }: AskParameters): Ask {
    return { id: id ?? '', address: `${type}/${name}`, method, message, budgetMs: budgetMs ?? limits.budgetMs, from };
  }

  async #again(subject: string, ask: Ask, error: unknown): Promise<unknown> {
    const deadline = this.clock.monotonic() + ask.budgetMs;
    for (let failure = error, pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMaxMs, pauseMs * 2)) {
      if (failure instanceof AskTimeoutError)
        throw new TimeoutError(`${ask.address}: it is not known whether ${ask.method} took effect`);
      if (!(failure instanceof NoResponderError)) throw failure;
      if (this.clock.monotonic() + pauseMs >= deadline)
        throw new ServiceUnavailableError(`nobody serves ${ask.address} now`);
      await sleep(this.clock, pauseMs);
      try {
        return await this.bus.ask(subject, { ...ask, budgetMs: deadline - this.clock.monotonic() });
      } catch (next) {
        failure = next;
      }
    }
  }

  #subjectOf(type: string, name: string): string {
    let subjects = this.#subjects.get(type);
    if (!subjects) {
      subjects = Array.from({ length: slotsOf(type) }, (_, slot) => askSubject(type, slot));
      this.#subjects.set(type, subjects);
    }
    return subjects[slotOf(type, name)]!;
  }
}
