/** An interleaving actor of the control plane (bidder, auctioneer, node-link): a single-threaded object with a name, that others ask over the bus. */
import type { Random } from '../process/random.js';
import type { Clock } from '../process/clock.js';
import type { Turn } from '../process/turn.js';
import type { EventRecorder, ResourceClient } from '../admission/resource-client.js';
import type { Views } from '../views/view.js';
import type { Bus } from '../../bus/bus.js';

/** An actor's protocol, seen from a caller: each method returns a promise. */
export type Ref<P> = {
  readonly [M in keyof P]: P[M] extends (message: infer In) => infer Out
    ? (message: In, budgetMs?: number) => Promise<Awaited<Out>>
    : never;
};

/** Finds actors by address and asks them; retries while an owner is being found, inside the budget, with one id. */
export abstract class Directory {
  /** `type` is the actor type (`bidder`, `auctioneer`, `node-link`, or a resource type), `name` the rest of the address. */
  abstract ref<P>(type: string, name: string): Ref<P>;
}

/** What an actor is given when it is activated. After an await, state must be read again: other messages ran meanwhile. */
export interface ActorContext {
  readonly type: string;
  readonly name: string;
  /** The fencing token of the actor's shard, formatted: the value of its guards. */
  readonly token: string;
  readonly directory: Directory;
  readonly client: ResourceClient;
  readonly views: Views;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly bus: Bus;
  /** Writes guards beside a type's objects (`node/<name>` beside pods), fenced by this actor's token. */
  setGuards(type: string, guards: ReadonlyMap<string, string | null>): Promise<void>;
}

/** `start` runs before the first message; `stop` at release or shutdown. Handlers are the protocol's methods. */
export interface Actor {
  start?(): Promise<void>;
  stop?(): void;
}

export interface ActorDefinition {
  readonly type: string;
  /** Actors that live without being asked (the auctioneer, bidders of existing pools, node-links of existing nodes are named by their keeper). */
  readonly resident?: readonly string[];
  create(context: ActorContext): Actor;
}
