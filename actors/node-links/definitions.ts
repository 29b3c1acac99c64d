/** The actor types of this folder, for whoever hosts actors. */
import type { ActorDefinition } from '../../runtime/actor/actor.js';
import type { ResourceCaches } from '../../runtime/views/resource-cache.js';
import { ConfigWatch } from './config-watch.js';
import type { Heartbeats } from './heartbeats.js';
import { NodeLinkActor } from './node-link-actor.js';
import { NodeLinkKeeper } from './node-link-keeper.js';
import { PodsByNode } from './pods-by-node.js';
import type { TokenIssuer } from './token-issuer.js';

export interface NodeLinkDependencies {
  readonly caches: ResourceCaches;
  readonly heartbeats: Heartbeats;
  /** Without it volumes with service account tokens can't be made. */
  readonly tokens?: TokenIssuer;
}

/** `node-link` (one per node) and its keeper, which is resident. Serve them in this order. */
export function nodeLinkDefinitions({ caches, heartbeats, tokens }: NodeLinkDependencies): ActorDefinition[] {
  const parts = {
    caches,
    heartbeats,
    pods: new PodsByNode(caches),
    configs: new ConfigWatch(caches),
    ...(tokens ? { tokens } : {}),
  };
  return [
    { type: 'node-link', create: (context) => new NodeLinkActor(context, parts) },
    { type: 'node-link-keeper', resident: ['main'], create: (context) => new NodeLinkKeeper(context, heartbeats) },
  ];
}
