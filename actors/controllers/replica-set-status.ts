/** The status that a ReplicaSet's pods give it. Pure. */
import { REPLICA_SET_COUNTS } from '../../schemas/kinds/replica-set.js';
import type { ReplicaSet } from '../../schemas/meta/object.js';
import { containsLabels } from '../../schemas/meta/label-selector.js';
import { removeCondition, setCondition } from '../../schemas/meta/conditions.js';
import { formatTime } from '../../schemas/meta/time.js';
import { isAvailable, type PodItem } from './pod-view.js';

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

/** Why pods could not be made or removed in this run. */
export interface ManageFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export function replicaSetStatus(
  replicaSet: ReplicaSet,
  active: readonly PodItem[],
  terminating: number,
  failure: ManageFailure | undefined,
  nowMs: number,
): ReplicaSetStatus {
  const templateLabels = replicaSet.spec?.template?.metadata?.labels;
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
  let labeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (containsLabels(templateLabels, pod.labels)) labeled++;
    if (!pod.ready) continue;
    ready++;
    if (isAvailable(pod, minReadySeconds, nowMs)) available++;
  }
  const conditions = conditionsOf(replicaSet, failure, nowMs);
  const generation = replicaSet.metadata.generation;
  return {
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(conditions.length > 0 ? { conditions: [...conditions] } : {}),
    ...(labeled > 0 ? { fullyLabeledReplicas: labeled } : {}),
    ...(generation ? { observedGeneration: generation } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    replicas: active.length,
    terminatingReplicas: terminating,
  } as ReplicaSetStatus;
}

function conditionsOf(replicaSet: ReplicaSet, failure: ManageFailure | undefined, nowMs: number) {
  const conditions = replicaSet.status?.conditions as Parameters<typeof setCondition>[0];
  if (!failure) return removeCondition(conditions, 'ReplicaFailure');
  if (conditions?.some(({ type }) => type === 'ReplicaFailure')) return conditions;
  return setCondition(
    conditions,
    { type: 'ReplicaFailure', status: 'True', reason: failure.reason, message: failure.message },
    formatTime(nowMs),
  );
}

export function sameReplicaSetStatus(a: ReplicaSet['status'], b: ReplicaSetStatus): boolean {
  if (!a) return false;
  if (REPLICA_SET_COUNTS.some((field) => (a as any)[field] !== (b as any)[field])) return false;
  const [old, next] = [a.conditions ?? [], b.conditions ?? []];
  return old.length === next.length && old.every((condition, i) => condition === next[i]);
}
