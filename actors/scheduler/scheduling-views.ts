/** The scheduler's two views of pods: those that take room, and those that wait for it. */
import { type KubeObject, type ObjectKey, type Pod } from '../../schemas/meta/object.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { PodRequest } from '../../schemas/messages/auction.js';
import type { ViewSpec } from '../../runtime/views/view.js';
import { podRequestOf } from './pod-request.js';

export const SCHEDULER = 'default-scheduler';

export interface BoundPod {
  readonly uid: string;
  readonly node: string;
  readonly request: PodRequest;
}

const isFinished = ({ status }: Pod) => isTerminalPhase(status?.phase);

/** Bound pods that have not finished. A pod that is being deleted takes room until it is gone. */
export const boundPodsView: ViewSpec<BoundPod> = {
  type: 'pods',
  project: (object: KubeObject) => {
    const pod = object as Pod;
    const node = pod.spec.nodeName;
    return node && !isFinished(pod) ? { uid: pod.metadata.uid, node, request: podRequestOf(pod) } : undefined;
  },
};

export interface UnboundPod {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly priority: number;
  readonly neverPreempts: boolean;
  readonly createdMs: number;
  readonly gated: boolean;
  readonly request: PodRequest;
  /** The condition PodScheduled as it stands. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Pods of our scheduler that wait for a node. */
export const unboundPodsView: ViewSpec<UnboundPod> = {
  type: 'pods',
  project: (object: KubeObject, key: ObjectKey) => {
    const pod = object as Pod;
    const { metadata, spec, status } = pod;
    if (spec.nodeName || metadata.deletionTimestamp !== undefined || isFinished(pod)) return undefined;
    if ((spec.schedulerName ?? SCHEDULER) !== SCHEDULER) return undefined;
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    return {
      key,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      priority: spec.priority ?? 0,
      neverPreempts: spec.preemptionPolicy === 'Never',
      createdMs: parseTime(metadata.creationTimestamp),
      gated: (spec.schedulingGates ?? []).length > 0,
      request: podRequestOf(pod),
      reason: scheduled?.reason,
      message: scheduled?.message,
    };
  },
};
