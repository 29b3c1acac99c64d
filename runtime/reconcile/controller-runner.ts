/** Runs one controller: queue, back-off, and the promise that a key runs only when the views hold everything that its last run committed. */
import { StatusError } from '../../schemas/errors.js';
import { reconcile as limits } from '../../schemas/limits.js';
import type { ObjectKey } from '../../schemas/meta/object.js';
import type { EventRecorder, ResourceClient } from '../admission/resource-client.js';
import type { RevisionsSeen } from '../admission/asking-client.js';
import type { Clock } from '../process/clock.js';
import type { Logger } from '../process/logger.js';
import type { Random } from '../process/random.js';
import type { Turn } from '../process/turn.js';
import type { ResourceCaches } from '../views/resource-cache.js';
import type { View, Views } from '../views/view.js';
import type { Controller, ControllerContext } from './controller.js';
import { WorkQueue } from './work-queue.js';

export interface ControllerParts {
  /** A client for `controller`, whose commits are noted in `seen`. */
  readonly clientFor: (controller: string, seen?: RevisionsSeen) => ResourceClient;
  readonly caches: ResourceCaches;
  readonly views: Views;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
}

const viewWaitMs = 30_000;

export class ControllerRunner {
  readonly #queue: WorkQueue;
  readonly #failures = new Map<ObjectKey, number>();
  readonly #ownWrites = new Map<ObjectKey, RevisionsSeen>();
  readonly #ends: (() => void)[] = [];
  #runs = 0;

  constructor(
    readonly controller: Controller,
    private readonly parts: ControllerParts,
  ) {
    this.#queue = new WorkQueue(parts.clock, parts.turn, controller.concurrency, (key) => this.#run(key));
  }

  get depth(): number {
    return this.#queue.depth;
  }

  get runs(): number {
    return this.#runs;
  }

  async start(): Promise<void> {
    const { parts, controller } = this;
    const context: ControllerContext = {
      client: parts.clientFor(controller.name),
      views: parts.views,
      events: parts.events,
      clock: parts.clock,
      random: parts.random,
      enqueue: (key, afterMs) => (afterMs ? this.#queue.addAfter(key, afterMs) : this.#queue.add(key)),
      watch: (view, keys) => this.#watch(view, keys),
    };
    await controller.start(context);
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#queue.stop();
    this.controller.stop?.();
  }

  #watch<P>(view: View<P>, keys: (item: P, key: ObjectKey) => readonly ObjectKey[]): void {
    const name = (item: P | undefined, key: ObjectKey) => {
      if (item !== undefined) for (const named of keys(item, key)) this.#queue.add(named);
    };
    for (const [key, item] of view.all()) name(item, key);
    this.#ends.push(
      view.onChange(({ key, before, after }) => {
        name(before, key);
        name(after, key);
      }),
    );
  }

  async #run(key: ObjectKey): Promise<void> {
    this.#runs++;
    const seen: RevisionsSeen = new Map();
    try {
      await this.#ownWritesVisible(key);
      const outcome = await this.controller.reconcile(key, this.parts.clientFor(this.controller.name, seen));
      this.#failures.delete(key);
      if (outcome.kind === 'again') this.#queue.addAfter(key, outcome.afterMs);
      if (outcome.kind === 'never')
        this.parts.logger.warn(
          { controller: this.controller.name, key, reason: outcome.reason },
          'not retried until it changes',
        );
    } catch (error) {
      this.#retry(key, error as Error);
    } finally {
      // Kept only while a view is behind: most keys never run again.
      if (this.#isBehind(seen)) this.#ownWrites.set(key, seen);
    }
  }

  #isBehind(seen: RevisionsSeen): boolean {
    for (const [type, revision] of seen) if ((this.parts.caches.loaded(type)?.revision ?? 0) < revision) return true;
    return false;
  }

  async #ownWritesVisible(key: ObjectKey): Promise<void> {
    const seen = this.#ownWrites.get(key);
    if (!seen) return;
    this.#ownWrites.delete(key);
    for (const [type, revision] of seen) {
      const cache = this.parts.caches.loaded(type);
      if (cache && cache.revision < revision) await cache.reached(revision, viewWaitMs);
    }
  }

  /** The one switch that decides retries: everything is tried again, later each time; conflicts, which the next look resolves, are not logged. */
  #retry(key: ObjectKey, error: Error): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const isRoutine = error instanceof StatusError && [404, 409].includes(error.code);
    if (!isRoutine)
      this.parts.logger.warn(
        { controller: this.controller.name, key, failures, error: error.message },
        'reconcile failed, will be tried again',
      );
    this.#queue.addAfter(key, Math.min(limits.backOffMaxMs, limits.backOffFirstMs * 2 ** Math.min(failures - 1, 20)));
  }
}
