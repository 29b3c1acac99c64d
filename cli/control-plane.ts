/**
 * The control plane of one process, put together: store → caches → resource actors → controllers and interleaving actors. Knows no socket and no machine, so that
 * the embedded cluster, the simulation and the tests start the same one with other ports.
 */
import 'reflect-metadata';
import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import { ResourceActor } from '../actors/resources/resource-actor.js';
import type { Bus } from '../bus/bus.js';
import type { ActorContext, ActorDefinition } from '../runtime/actor/actor.js';
import { BusDirectory } from '../runtime/actor/bus-directory.js';
import { Admission } from '../runtime/admission/admission.js';
import { AskingClient, type RevisionsSeen } from '../runtime/admission/asking-client.js';
import { BatchingEventRecorder } from '../runtime/admission/batching-event-recorder.js';
import type { Draft, Originator } from '../runtime/admission/resource-client.js';
import { ActorHost } from '../runtime/host/actor-host.js';
import { AskRecords } from '../runtime/host/ask-records.js';
import { GroupCommit } from '../runtime/host/group-commit.js';
import { Markers } from '../runtime/host/markers.js';
import { ResourceHost } from '../runtime/host/resource-host.js';
import type { Clock } from '../runtime/process/clock.js';
import type { Logger } from '../runtime/process/logger.js';
import type { Random } from '../runtime/process/random.js';
import type { Turn } from '../runtime/process/turn.js';
import type { Controller } from '../runtime/reconcile/controller.js';
import { ControllerRunner } from '../runtime/reconcile/controller-runner.js';
import { OwnedShards } from '../runtime/shards/owned-shards.js';
import type { SnapshotStore } from '../runtime/snapshots/snapshot-store.js';
import { LiveViews } from '../runtime/views/live-views.js';
import { TypeCaches } from '../runtime/views/type-caches.js';
import { keyOf } from '../schemas/meta/object.js';
import { kindByGvk, kindByType, kinds } from '../schemas/kinds/registry.js';

export interface ControlPlanePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly bus: Bus;
  readonly store: SnapshotStore;
  readonly logger: Logger;
  /** Random id of this process's life. */
  readonly incarnation: string;
  /** Nobody else writes to the store: what is committed is in this process's caches. */
  readonly soleWriter: boolean;
  /** The bus may lose answers, so asks carry ids and are repeated. */
  readonly repeats: boolean;
}

const systemOriginator = (component: string): Originator => ({
  username: `system:serviceaccount:kube-system:${component}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  class: 'system',
});

const storedTypes = kinds.filter((kind) => kind.stored).map((kind) => kind.type);

export class ControlPlane {
  readonly #parts: DependencyContainer;
  readonly #runners: ControllerRunner[] = [];
  readonly #clients = new Map<string, AskingClient>();

  constructor(private readonly ports: ControlPlanePorts) {
    this.#parts = register(ports, (type, name, token) => this.#contextOf(type, name, token));
  }

  get caches(): TypeCaches {
    return this.#parts.resolve(TypeCaches);
  }

  get views(): LiveViews {
    return this.#parts.resolve(LiveViews);
  }

  get directory(): BusDirectory {
    return this.#parts.resolve(BusDirectory);
  }

  get events(): BatchingEventRecorder {
    return this.#parts.resolve(BatchingEventRecorder);
  }

  get commits(): GroupCommit {
    return this.#parts.resolve(GroupCommit);
  }

  get resources(): ResourceHost {
    return this.#parts.resolve(ResourceHost);
  }

  get runners(): readonly ControllerRunner[] {
    return this.#runners;
  }

  clientFor(component: string, seen?: RevisionsSeen): AskingClient {
    let client = this.#clients.get(component);
    if (!client) {
      client = this.#parts.resolve(AskingClient).as(systemOriginator(component));
      this.#clients.set(component, client);
    }
    return seen ? client.as(systemOriginator(component), seen) : client;
  }

  /** Claims every shard, loads every cache and serves the resource actors. Reads and writes work from here on. */
  async start(actorTypes: readonly string[]): Promise<void> {
    const shards = this.#parts.resolve(OwnedShards);
    await shards.claimAll([...storedTypes, ...actorTypes]);
    await Promise.all(storedTypes.map((type) => this.caches.of(type)));
    for (const cache of this.caches.all()) this.resources.serve(cache);
    this.#parts.resolve(Markers).start();
  }

  /** Creates what is missing of the objects that exist from the first start: namespaces first, then what is in them, all of a kind in one commit. */
  async ensure(objects: readonly Draft[]): Promise<void> {
    const isNamespace = ({ kind }: Draft) => kind === 'Namespace';
    await Promise.all(objects.filter(isNamespace).map((object) => this.#ensure(object)));
    await Promise.all(objects.filter((object) => !isNamespace(object)).map((object) => this.#ensure(object)));
  }

  async #ensure(object: Draft): Promise<void> {
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const definition = kindByGvk(group!, version!, object.kind)!;
    if (this.caches.loaded(definition.type)!.get(keyOf(object.metadata.namespace, object.metadata.name!))) return;
    await this.clientFor('bootstrap').create(definition.type, object);
  }

  /** Starts interleaving actors, then controllers. */
  async run(definitions: readonly ActorDefinition[], controllers: readonly Controller[]): Promise<void> {
    for (const definition of definitions) await this.#parts.resolve(ActorHost).serve(definition);
    for (const controller of controllers) {
      const runner = new ControllerRunner(controller, {
        ...this.ports,
        clientFor: (name, seen) => this.clientFor(name, seen),
        caches: this.caches,
        views: this.views,
        events: this.events,
      });
      this.#runners.push(runner);
      await runner.start();
    }
  }

  /** In reverse: no new work, then no new asks. What is under way is finished by the store's close. */
  stop(): void {
    for (const runner of this.#runners) runner.stop();
    this.#parts.resolve(ActorHost).stop();
    this.#parts.resolve(Markers).stop();
    this.events.stop();
    this.resources.stop();
  }

  #contextOf(type: string, name: string, token: string): ActorContext {
    const { clock, random, turn, bus, store } = this.ports;
    const client = this.clientFor(type);
    const setGuards = (guarded: string, guards: ReadonlyMap<string, string | null>) => store.setGuards(guarded, guards);
    return {
      type,
      name,
      token,
      directory: this.directory,
      client,
      views: this.views,
      events: this.events,
      clock,
      random,
      turn,
      bus,
      setGuards,
    };
  }
}

/** The composition root: what each part is made of. */
function register(
  ports: ControlPlanePorts,
  contextOf: (type: string, name: string, token: string) => ActorContext,
): DependencyContainer {
  const { clock, random, turn, bus, store, logger } = ports;
  const parts = container.createChildContainer();
  const provide = <T>(token: new (...args: any[]) => T, make: (from: DependencyContainer) => T) =>
    parts.register(token, { useFactory: instanceCachingFactory(() => make(parts)) });
  provide(TypeCaches, () => new TypeCaches(kindByType, store, clock, { soleWriter: ports.soleWriter }));
  provide(LiveViews, (from) => new LiveViews(from.resolve(TypeCaches)));
  provide(OwnedShards, () => new OwnedShards(store, ports.incarnation));
  provide(GroupCommit, () => new GroupCommit(store, turn));
  provide(BusDirectory, () => new BusDirectory(bus, clock));
  provide(Admission, (from) => new Admission(from.resolve(TypeCaches), random));
  provide(ResourceHost, (from) => {
    const behaviour = new ResourceActor(clock, random);
    const records = new AskRecords(clock);
    return new ResourceHost({
      bus,
      logger,
      behaviour,
      records,
      caches: from.resolve(TypeCaches),
      commits: from.resolve(GroupCommit),
      shards: from.resolve(OwnedShards),
    });
  });
  provide(AskingClient, (from) => {
    const asking = {
      directory: from.resolve(BusDirectory),
      caches: from.resolve(TypeCaches),
      admission: from.resolve(Admission),
      random,
      kindByType,
      repeats: ports.repeats,
    };
    return new AskingClient(asking, systemOriginator('control-plane'));
  });
  provide(BatchingEventRecorder, (from) => new BatchingEventRecorder(from.resolve(AskingClient), clock));
  provide(ActorHost, (from) => new ActorHost({ bus, shards: from.resolve(OwnedShards), clock, logger }, contextOf));
  provide(
    Markers,
    (from) =>
      new Markers(clock, from.resolve(GroupCommit), from.resolve(OwnedShards), () => from.resolve(TypeCaches).all()),
  );
  return parts;
}
