/** All controllers of a cluster. */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { kinds as builtIn } from '../../schemas/kinds/registry.js';
import type { Controller } from '../../runtime/reconcile/controller.js';
import type { NamespaceGuards } from '../../runtime/reconcile/namespace-guards.js';
import type { NodeHeartbeats } from '../../runtime/reconcile/node-heartbeats.js';
import { DeploymentController } from './deployment-controller.js';
import { EventTtlController } from './event-ttl-controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { NamespaceController } from './namespace-controller.js';
import {
  defaultServiceAccounts,
  NamespaceDefaultsController,
  rootCaConfigMaps,
} from './namespace-defaults-controller.js';
import { NodeLifecycleController } from './node-lifecycle-controller.js';
import { PodGarbageCollector } from './pod-garbage-collector.js';
import { ReplicaSetController } from './replica-set-controller.js';
import { Silence } from './silence.js';
import { TaintEvictionController } from './taint-eviction-controller.js';

export interface ControllerDependencies {
  /** All kinds that are served; the built-in ones where absent. */
  readonly kinds?: readonly KindDefinition[];
  readonly namespaceGuards: NamespaceGuards;
  readonly heartbeats: NodeHeartbeats;
  /** PEM. */
  readonly caCertificatePem: string;
  /** How long a node may be silent; Kubernetes' 40 s where absent. */
  readonly nodeGraceMs?: number;
}

/** New ones, not started. */
export function controllers(dependencies: ControllerDependencies): Controller[] {
  const { kinds = builtIn, namespaceGuards, heartbeats, caCertificatePem, nodeGraceMs } = dependencies;
  const silence = new Silence();
  return [
    new ReplicaSetController(),
    new DeploymentController(),
    new NamespaceController(namespaceGuards, kinds),
    new NamespaceDefaultsController(defaultServiceAccounts),
    new NamespaceDefaultsController(rootCaConfigMaps(caCertificatePem)),
    new GarbageCollector(kinds),
    new PodGarbageCollector(),
    new NodeLifecycleController(heartbeats, silence, nodeGraceMs),
    new TaintEvictionController(silence),
    new EventTtlController(),
  ];
}
