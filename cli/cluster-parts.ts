/** Which actors and controllers a cluster has. */
import { controllers } from '../actors/controllers/registry.js';
import { nodeLinkDefinitions } from '../actors/node-links/definitions.js';
import { Heartbeats } from '../actors/node-links/heartbeats.js';
import type { TokenIssuer } from '../actors/node-links/token-issuer.js';
import { schedulerActors } from '../actors/scheduler/definitions.js';
import type { ActorDefinition } from '../runtime/actor/actor.js';
import type { Clock } from '../runtime/process/clock.js';
import type { Controller } from '../runtime/reconcile/controller.js';
import { NamespaceGuards } from '../runtime/reconcile/namespace-guards.js';
import type { SnapshotStore } from '../runtime/snapshots/snapshot-store.js';
import { kinds } from '../schemas/kinds/registry.js';
import type { ResourceCaches } from '../runtime/views/resource-cache.js';

export const actorTypes: readonly string[] = ['auctioneer', 'bidder', 'node-link', 'node-link-keeper'];

export interface ClusterFacts {
  readonly caches: ResourceCaches;
  readonly clock: Clock;
  readonly store: SnapshotStore;
  readonly caCertificatePem: string;
  readonly tokens?: TokenIssuer;
}

export function clusterParts({ caches, clock, store, caCertificatePem, tokens }: ClusterFacts): {
  actors: readonly ActorDefinition[];
  controllers: readonly Controller[];
} {
  const heartbeats = new Heartbeats(clock);
  return {
    actors: [...schedulerActors, ...nodeLinkDefinitions({ caches, heartbeats, tokens })],
    controllers: controllers({
      kinds: kinds.filter((kind) => kind.stored),
      heartbeats,
      caCertificatePem,
      namespaceGuards: new StoreNamespaceGuards(store),
    }),
  };
}

/** Closes a namespace's uid in a type's tag: creates that carry it are refused from then on. */
class StoreNamespaceGuards extends NamespaceGuards {
  constructor(private readonly store: SnapshotStore) {
    super();
  }

  close(type: string, namespaceUid: string): Promise<void> {
    return this.store.setGuards(type, new Map([[`closed/${namespaceUid}`, '1']]));
  }
}
