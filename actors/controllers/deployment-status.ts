/** A Deployment's status and conditions, as Kubernetes' deployment controller computes them. Pure. */
import type { Condition, Deployment, ReplicaSet } from '../../schemas/meta/object.js';
import { conditionOf, removeCondition } from '../../schemas/meta/conditions.js';
import { deepEqual } from '../../schemas/meta/deep-equal.js';
import { formatTime, parseTime } from '../../schemas/meta/time.js';
import { maxUnavailableOf, replicasOf, totalReplicas } from './rollout-math.js';

export type DeploymentStatus = NonNullable<Deployment['status']>;

const DEADLINE_NONE = 2_147_483_647;

/** Adds or replaces; a condition of the same status and reason stays as it was. The changed one goes to the end. */
export function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const current = conditionOf(conditions, next.type);
  if (current && current.status === next.status && current.reason === next.reason) return conditions;
  const lastTransitionTime = current?.status === next.status ? current.lastTransitionTime : next.lastTransitionTime;
  return [...conditions.filter(({ type }) => type !== next.type), { ...next, lastTransitionTime }];
}

export function deploymentCondition(
  type: 'Available' | 'Progressing' | 'ReplicaFailure',
  status: Condition['status'],
  reason: string,
  message: string,
  nowMs: number,
): Condition {
  const now = formatTime(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

export function hasProgressDeadline(deployment: Deployment): boolean {
  return (deployment.spec?.progressDeadlineSeconds ?? DEADLINE_NONE) !== DEADLINE_NONE;
}

export const conditionsOf = (deployment: Deployment): readonly Condition[] =>
  (deployment.status?.conditions ?? []) as unknown as readonly Condition[];

const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0);

function terminatingOf(sets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of sets) {
    if (status && (status as any).terminatingReplicas === undefined) return undefined;
    total += (status as any)?.terminatingReplicas ?? 0;
  }
  return total;
}

/** Counts, and the condition Available; the other conditions are `conditions`. */
export function countStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  conditions: readonly Condition[],
  nowMs: number,
): DeploymentStatus {
  const available = sum(all, (set) => set.status?.availableReplicas);
  const minimum = replicasOf(deployment) - maxUnavailableOf(deployment);
  const condition =
    available >= minimum
      ? deploymentCondition(
          'Available',
          'True',
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
          nowMs,
        )
      : deploymentCondition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          nowMs,
        );
  return statusOf({
    availableReplicas: available,
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(conditions, condition),
    observedGeneration: deployment.metadata.generation,
    readyReplicas: sum(all, (set) => set.status?.readyReplicas),
    replicas: sum(all, (set) => set.status?.replicas),
    terminatingReplicas: terminatingOf(all),
    unavailableReplicas: Math.max(0, totalReplicas(all) - available),
    updatedReplicas: newSet?.status?.replicas ?? 0,
  });
}

/** Without what JSON would not show: Kubernetes omits zeros, but for terminatingReplicas and collisionCount. */
function statusOf(fields: Record<string, unknown>): DeploymentStatus {
  const shown = Object.entries(fields).filter(
    ([name, value]) =>
      value !== undefined && (value !== 0 || name === 'terminatingReplicas' || name === 'collisionCount'),
  );
  return Object.fromEntries(shown) as DeploymentStatus;
}

const count = (status: DeploymentStatus | undefined, field: keyof DeploymentStatus): number =>
  (status?.[field] as number | undefined) ?? 0;

/** Everything asked for runs, is new, and is available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const replicas = replicasOf(deployment);
  return (
    count(status, 'updatedReplicas') === replicas &&
    count(status, 'replicas') === replicas &&
    count(status, 'availableReplicas') === replicas &&
    count(status, 'observedGeneration') >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(deployment: Deployment, next: DeploymentStatus): boolean {
  const old = deployment.status;
  const oldReplicas = (status: DeploymentStatus | undefined) =>
    count(status, 'replicas') - count(status, 'updatedReplicas');
  return (
    count(next, 'updatedReplicas') > count(old, 'updatedReplicas') ||
    oldReplicas(next) < oldReplicas(old) ||
    count(next, 'readyReplicas') > count(old, 'readyReplicas') ||
    count(next, 'availableReplicas') > count(old, 'availableReplicas')
  );
}

function deadlineMs(deployment: Deployment, condition: Condition): number {
  return parseTime(String(condition['lastUpdateTime'])) + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

function isTimedOut(deployment: Deployment, condition: Condition | undefined, nowMs: number): boolean {
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false;
  return condition.reason === 'ProgressDeadlineExceeded' || deadlineMs(deployment, condition) < nowMs;
}

/** The condition Progressing after this step of a rollout. */
export function progressConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  nowMs: number,
): readonly Condition[] {
  const conditions = (status.conditions ?? []) as unknown as readonly Condition[];
  if (!hasProgressDeadline(deployment)) return removeCondition(conditions, 'Progressing');
  const current = conditionOf(conditions, 'Progressing');
  const wasComplete =
    count(status, 'replicas') === count(status, 'updatedReplicas') && current?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return conditions;
  const who = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const say = (truth: Condition['status'], reason: string, words: string) =>
    deploymentCondition('Progressing', truth, reason, `${who} ${words}`, nowMs);
  if (isComplete(deployment, status)) {
    return withCondition(conditions, say('True', 'NewReplicaSetAvailable', 'has successfully progressed.'));
  }
  if (isProgressing(deployment, status)) {
    const progressing = say('True', 'ReplicaSetUpdated', 'is progressing.');
    if (current?.status === 'True') progressing.lastTransitionTime = current.lastTransitionTime;
    return [...removeCondition(conditions, 'Progressing'), progressing];
  }
  if (!isTimedOut(deployment, current, nowMs)) return conditions;
  return withCondition(conditions, say('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'));
}

/** A ReplicaSet's failure to make pods is its Deployment's. */
export function failureConditions(
  conditions: readonly Condition[],
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): readonly Condition[] {
  for (const set of newSet ? [newSet, ...all] : all) {
    const failure = conditionOf(
      set.status?.conditions as unknown as readonly Condition[] | undefined,
      'ReplicaFailure',
    );
    if (failure) return withCondition(conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime });
  }
  return removeCondition(conditions, 'ReplicaFailure');
}

/** Milliseconds until a stuck rollout would time out; undefined where none can. */
export function msUntilDeadline(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const current = conditionOf(status.conditions as unknown as readonly Condition[] | undefined, 'Progressing');
  if (!hasProgressDeadline(deployment) || !current) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  if (current.reason === 'NewReplicaSetAvailable') return undefined;
  return Math.max(0, deadlineMs(deployment, current) - nowMs) + 1000;
}

export const sameStatus = (a: Deployment['status'], b: DeploymentStatus): boolean => deepEqual(a ?? {}, b);
