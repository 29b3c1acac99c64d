/** All controllers of a cluster. */
import type { Controller } from '../../runtime/reconcile/controller.js';
import type { NamespaceGuards } from '../../runtime/reconcile/namespace-guards.js';
import type { NodeHeartbeats } from '../../runtime/reconcile/node-heartbeats.js';
import { DeploymentController } from './deployment-controller.js';
import { ReplicaSetController } from './replica-set-controller.js';

export interface ControllerDependencies {
  readonly heartbeats: NodeHeartbeats;
  readonly namespaceGuards: NamespaceGuards;
  readonly caCertificatePem: string;
}

export function controllers(_dependencies: ControllerDependencies): Controller[] {
  return [new ReplicaSetController(), new DeploymentController()];
}
