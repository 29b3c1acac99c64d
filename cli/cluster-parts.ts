/** Which actors and controllers a cluster has. */
import type { ActorDefinition } from '../runtime/actor/actor.js';
import type { Controller } from '../runtime/reconcile/controller.js';
import type { ServiceAccountTokens } from '../gateway/access/service-account-tokens.js';
import type { ControlPlane } from './control-plane.js';

export const actorTypes: readonly string[] = ['auctioneer', 'bidder', 'node-link'];

export function clusterActors(_deps: { tokens: ServiceAccountTokens; controlPlane: ControlPlane }): readonly ActorDefinition[] {
  return [];
}

export function clusterControllers(_deps: { controlPlane: ControlPlane; caCertificatePem: string }): readonly Controller[] {
  return [];
}
