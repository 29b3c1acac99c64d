/**
 * Where resource actors live. An actor is a flyweight: a cell exists while messages for its address are pending, its state is the cache's entry, and it has at most
 * one commit in flight. Admit (bounded mailboxes) → activate (shard owned, cache loaded) → deliver, one message at a time → evict (the cell goes with its last message).
 */
import type { Ask, Bus, Subscription } from '../../bus/bus.js';
import { askSubject } from '../../bus/subjects.js';
import {
  InternalError,
  ServiceUnavailableError,
  StatusError,
  TimeoutError,
  TooManyRequestsError,
} from '../../schemas/errors.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { mailbox as limits } from '../../schemas/limits.js';
import type { Guard } from '../../schemas/messages/resource.js';
import { encodeCanonical } from '../../schemas/meta/canonical.js';
import type { KubeObject, ObjectKey } from '../../schemas/meta/object.js';
import type { Logger } from '../process/logger.js';
import { slotOf, slotsOf } from '../shards/slots.js';
import type { OwnedShards } from '../shards/owned-shards.js';
import { UnknownOutcomeError } from '../snapshots/snapshot-store.js';
import type { CacheEntry } from '../views/resource-cache.js';
import { fieldsOf, type TypeCache } from '../views/type-cache.js';
import type { TypeCaches } from '../views/type-caches.js';
import { AskRecords } from './ask-records.js';
import type { GroupCommit } from './group-commit.js';

/** What a resource actor's handler may use, for one message. */
export interface ResourceContext {
  readonly definition: KindDefinition;
  readonly key: ObjectKey;
  /** The object as last committed. */
  readonly current: CacheEntry | undefined;
  /** Commits `next` in place of `current`. Throws ConflictError and the like; UnknownOutcomeError becomes 504. */
  put(next: KubeObject, guards?: readonly Guard[]): Promise<CacheEntry>;
  /** Commits the object's end; answers its last state with the deletion's resourceVersion. */
  remove(last: KubeObject): Promise<CacheEntry>;
  /** Proves, without writing, that `current` is what the store holds under our ownership: every answer that rests on it and writes nothing needs this. */
  check(): Promise<void>;
}

/** The behaviour of resource actors, for all kinds. */
export interface ResourceBehaviour {
  handle(method: string, message: unknown, context: ResourceContext): Promise<unknown>;
  /** Turns a refused guard into the error its caller is to see. */
  guardError(guard: Guard, context: ResourceContext): StatusError;
}

interface Cell {
  readonly queue: (() => void)[];
  users: number;
}

export interface ResourceHostParts {
  readonly bus: Bus;
  readonly caches: TypeCaches;
  readonly commits: GroupCommit;
  readonly shards: OwnedShards;
  readonly behaviour: ResourceBehaviour;
  readonly logger: Logger;
  readonly records: AskRecords;
}

export class ResourceHost {
  readonly #cells = new Map<string, Cell>();
  readonly #subscriptions: Subscription[] = [];
  #pending = 0;

  constructor(private readonly parts: ResourceHostParts) {}

  /** Asks under way and waiting. */
  get pending(): number {
    return this.#pending;
  }

  /** Serves the shards of a type that this process owns. */
  serve(cache: TypeCache): void {
    for (let slot = 0; slot < slotsOf(cache.type); slot++) {
      if (!this.parts.shards.token(cache.type, slot)) continue;
      this.#subscriptions.push(this.parts.bus.serve(askSubject(cache.type, slot), (ask) => this.#admit(cache, ask)));
    }
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.end();
    this.#subscriptions.length = 0;
  }

  #admit(cache: TypeCache, ask: Ask): Promise<unknown> {
    const repeated = ask.id ? this.parts.records.answer(ask.id) : undefined;
    if (repeated) return repeated;
    if (this.#pending >= limits.hostMessagesMax)
      return Promise.reject(new TooManyRequestsError('the control plane is busy, please try again later'));
    const answer = this.#enqueue(cache, ask);
    if (ask.id) this.parts.records.begin(ask.id, answer);
    return answer;
  }

  #enqueue(cache: TypeCache, ask: Ask): Promise<unknown> {
    const cell = this.#cells.get(ask.address);
    if (!cell) {
      const fresh: Cell = { queue: [], users: 0 };
      this.#cells.set(ask.address, fresh);
      return this.#run(cache, ask, fresh);
    }
    if (cell.queue.length >= limits.messagesMax || (ask.from === 'user' && cell.users >= limits.userMessagesMax))
      return Promise.reject(
        new TooManyRequestsError(`too many requests wait for ${ask.address}, please try again later`),
      );
    if (ask.from === 'user') cell.users++;
    return new Promise((resolve, reject) => {
      cell.queue.push(() => {
        if (ask.from === 'user') cell.users--;
        this.#run(cache, ask, cell).then(resolve, reject);
      });
    });
  }

  async #run(cache: TypeCache, ask: Ask, cell: Cell): Promise<unknown> {
    this.#pending++;
    try {
      return await this.#deliver(cache, ask);
    } finally {
      this.#pending--;
      const next = cell.queue.shift();
      if (next) next();
      else this.#cells.delete(ask.address);
    }
  }

  async #deliver(cache: TypeCache, ask: Ask): Promise<unknown> {
    const context = new LiveResourceContext(this.parts, cache, ask);
    try {
      return await this.parts.behaviour.handle(ask.method, ask.message, context);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      if (error instanceof UnknownOutcomeError)
        throw new TimeoutError(`${ask.address}: it is not known whether the write took effect`);
      // A broken invariant: the state is the last commit's, so nothing needs to be undone; the message is refused for good.
      this.parts.logger.error(
        { address: ask.address, method: ask.method, error: (error as Error).stack },
        'a resource actor failed',
      );
      throw new InternalError((error as Error).message);
    }
  }
}

class LiveResourceContext implements ResourceContext {
  readonly definition: KindDefinition;
  readonly key: ObjectKey;
  readonly current: CacheEntry | undefined;

  constructor(
    private readonly parts: ResourceHostParts,
    private readonly cache: TypeCache,
    private readonly ask: Ask,
  ) {
    this.definition = cache.definition;
    this.key = ask.address.slice(cache.type.length + 1);
    this.current = cache.get(this.key);
  }

  async put(next: KubeObject, guards?: readonly Guard[]): Promise<CacheEntry> {
    return (await this.#commit({ kind: 'put', bytes: encodeCanonical(next) }, next, guards))!;
  }

  async remove(last: KubeObject): Promise<CacheEntry> {
    return (await this.#commit({ kind: 'delete', bytes: encodeCanonical(last) }, last))!;
  }

  async check(): Promise<void> {
    await this.#commit({ kind: 'check' }, undefined);
  }

  async #commit(
    write: { kind: 'put' | 'delete'; bytes: Uint8Array } | { kind: 'check' },
    object: KubeObject | undefined,
    guards?: readonly Guard[],
  ): Promise<CacheEntry | undefined> {
    const { current, key, cache, parts } = this;
    const slot = slotOf(cache.type, key);
    const token = parts.shards.token(cache.type, slot);
    if (!token) throw new ServiceUnavailableError(`${this.ask.address} is moving to another host`);
    const { outcome, entry } = await parts.commits.commit(
      cache,
      {
        slot,
        token,
        key,
        expected: current?.revision ?? 0,
        guards,
        write,
        previous: current && { labels: current.labels, fields: current.fields },
        selectables: object && { labels: object.metadata.labels, fields: fieldsOf(this.definition, object) },
        askId: write.kind === 'check' || !this.ask.id ? undefined : this.ask.id,
      },
      object,
    );
    switch (outcome.kind) {
      case 'committed':
        return entry;
      case 'guard-failed':
        throw parts.behaviour.guardError(outcome.guard, this);
      case 'full':
        throw new ServiceUnavailableError('the store is full: delete objects or free disk space', 10);
      case 'not-owner':
      case 'generation':
        parts.shards.lost(cache.type, slot);
        throw new ServiceUnavailableError(`${this.ask.address} is moving to another host`);
      case 'conflict':
        throw new Error(
          `${this.ask.address}: revision ${outcome.found} in the store, ${current?.revision ?? 0} expected, under our own token`,
        );
    }
  }
}
