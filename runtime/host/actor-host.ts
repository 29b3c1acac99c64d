/** Where interleaving actors live (bidders, the auctioneer, node-links): activated by their first message or as residents, one instance per address. */
import type { Ask, Bus, Subscription } from '../../bus/bus.js';
import { askSubject } from '../../bus/subjects.js';
import { InternalError, ServiceUnavailableError, StatusError, TooManyRequestsError } from '../../schemas/errors.js';
import { actors as limits } from '../../schemas/limits.js';
import type { Actor, ActorContext, ActorDefinition } from '../actor/actor.js';
import type { Clock } from '../process/clock.js';
import type { Logger } from '../process/logger.js';
import { formatToken } from '../snapshots/snapshot-store.js';
import { slotOf, slotsOf } from '../shards/slots.js';
import type { OwnedShards } from '../shards/owned-shards.js';

interface Living {
  readonly started: Promise<Actor>;
  actor: Actor | undefined;
  pending: number;
  crashes: number;
  notBeforeMs: number;
}

/** What differs between actors; the rest of a context is the host's. */
export type ContextOf = (type: string, name: string, token: string) => ActorContext;

export class ActorHost {
  readonly #definitions = new Map<string, ActorDefinition>();
  readonly #living = new Map<string, Living>();
  readonly #subscriptions: Subscription[] = [];

  constructor(
    private readonly parts: { bus: Bus; shards: OwnedShards; clock: Clock; logger: Logger },
    private readonly contextOf: ContextOf,
  ) {}

  /** Serves a type's shards and starts its residents. */
  async serve(definition: ActorDefinition): Promise<void> {
    this.#definitions.set(definition.type, definition);
    for (let slot = 0; slot < slotsOf(definition.type); slot++) {
      this.#subscriptions.push(
        this.parts.bus.serve(askSubject(definition.type, slot), (ask) => this.#deliver(definition, ask)),
      );
    }
    for (const name of definition.resident ?? []) await this.#activate(definition, name).started;
  }

  /** Names of what lives here, by type. */
  names(type: string): string[] {
    return [...this.#living.keys()]
      .filter((address) => address.startsWith(`${type}/`))
      .map((address) => address.slice(type.length + 1));
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.end();
    for (const { actor } of this.#living.values()) actor?.stop?.();
    this.#living.clear();
  }

  async #deliver(definition: ActorDefinition, ask: Ask): Promise<unknown> {
    const living = this.#activate(definition, ask.address.slice(definition.type.length + 1));
    if (living.pending >= limits.pendingMax)
      throw new TooManyRequestsError(`too many messages wait for ${ask.address}`);
    living.pending++;
    try {
      const actor = (living.actor ??= await living.started);
      const handler = (actor as Record<string, unknown>)[ask.method];
      if (typeof handler !== 'function') throw new InternalError(`${definition.type} has no method ${ask.method}`);
      return await (handler as (message: unknown) => unknown).call(actor, ask.message);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      this.#crashed(ask.address, living, error as Error);
      throw new InternalError((error as Error).message);
    } finally {
      living.pending--;
    }
  }

  #activate(definition: ActorDefinition, name: string): Living {
    const address = `${definition.type}/${name}`;
    const known = this.#living.get(address);
    if (known && (known.crashes === 0 || known.notBeforeMs === 0)) return known;
    if (known && known.notBeforeMs > this.parts.clock.monotonic())
      throw new ServiceUnavailableError(`${address} is restarting after a failure`);
    const living: Living = {
      started: this.#start(definition, name),
      actor: undefined,
      pending: 0,
      crashes: known?.crashes ?? 0,
      notBeforeMs: 0,
    };
    this.#living.set(address, living);
    living.started.then(
      (actor) => {
        living.actor = actor;
      },
      (error: Error) => this.#crashed(address, living, error),
    );
    return living;
  }

  async #start(definition: ActorDefinition, name: string): Promise<Actor> {
    const token = this.parts.shards.token(definition.type, slotOf(definition.type, name));
    if (!token) throw new ServiceUnavailableError(`${definition.type}/${name} is not owned here`);
    const actor = definition.create(this.contextOf(definition.type, name, formatToken(token)));
    await actor.start?.();
    return actor;
  }

  /** A broken invariant: the instance is thrown away, and the next message makes a new one, later with each crash. */
  #crashed(address: string, living: Living, error: Error): void {
    this.parts.logger.error({ address, error: error.stack }, 'an actor failed and will be started anew');
    living.actor?.stop?.();
    living.crashes++;
    living.notBeforeMs =
      this.parts.clock.monotonic() + Math.min(limits.restartMaxMs, limits.restartFirstMs * 2 ** (living.crashes - 1));
  }
}
