/** What the controllers keep of a pod: one small projection, shared by all of them. */
import { deletionCostOf } from './pod-deletion-cost.js';
import type { KubeObject, ObjectKey, OwnerReference, Pod, Toleration } from '../../schemas/meta/object.js';
import { controllerOf } from '../../schemas/meta/object.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { ViewSpec } from '../../runtime/views/view.js';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** Times are milliseconds since the epoch. */
export interface PodItem {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly controller: OwnerReference | undefined;
  readonly phase: PodPhase;
  /** '' while unbound. */
  readonly nodeName: string;
  readonly createdMs: number;
  readonly terminating: boolean;
  readonly ready: boolean;
  /** When Ready last changed; 0 where it never was. */
  readonly readySinceMs: number;
  readonly deletionCost: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly tolerations: readonly Toleration[];
}

const NO_TOLERATIONS: readonly Toleration[] = [];

function maxRestarts(pod: Pod): { restarts: number; sidecarRestarts: number } {
  let restarts = 0;
  for (const status of pod.status?.containerStatuses ?? []) restarts = Math.max(restarts, status.restartCount);
  let sidecarRestarts = 0;
  const inits = pod.status?.initContainerStatuses ?? [];
  if (inits.length > 0) {
    const sidecars = new Set(
      (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name),
    );
    for (const status of inits) {
      if (sidecars.has(status.name)) sidecarRestarts = Math.max(sidecarRestarts, status.restartCount);
    }
  }
  return { restarts, sidecarRestarts };
}

function projectPod(object: KubeObject, key: ObjectKey): PodItem {
  const pod = object as Pod;
  const { metadata, spec, status } = pod;
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  const transition = ready?.lastTransitionTime;
  return {
    key,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    labels: metadata.labels,
    controller: controllerOf(pod),
    phase: (status?.phase as PodPhase | undefined) ?? 'Pending',
    nodeName: spec.nodeName ?? '',
    createdMs: parseTime(metadata.creationTimestamp),
    terminating: metadata.deletionTimestamp !== undefined,
    ready: ready?.status === 'True',
    readySinceMs: transition ? parseTime(transition) || 0 : 0,
    deletionCost: deletionCostOf(metadata.annotations),
    tolerations: spec.tolerations ?? NO_TOLERATIONS,
    ...maxRestarts(pod),
  };
}

/** Indexes: `owner` by the controlling owner's uid, `orphans` by namespace (pods that nobody controls), `node` by node name. */
export const podsView: ViewSpec<PodItem> = {
  type: 'pods',
  project: projectPod,
  indexes: {
    owner: (pod) => (pod.controller ? [pod.controller.uid] : []),
    orphans: (pod) => (pod.controller ? [] : [pod.namespace]),
    node: (pod) => (pod.nodeName ? [pod.nodeName] : []),
  },
};

export function isFinished(pod: PodItem): boolean {
  return isTerminalPhase(pod.phase);
}

/** Neither finished nor being deleted. */
export function isActive(pod: PodItem): boolean {
  return !pod.terminating && !isFinished(pod);
}

/** Being deleted, and its containers may still run. */
export function isTerminating(pod: PodItem): boolean {
  return pod.terminating && !isFinished(pod);
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: PodItem, minReadySeconds: number, nowMs: number): boolean {
  if (!pod.ready) return false;
  return minReadySeconds === 0 || (pod.readySinceMs > 0 && pod.readySinceMs + minReadySeconds * 1000 <= nowMs);
}
