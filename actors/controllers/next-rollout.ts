/** What a Deployment needs next. Pure: `nextRollout(input) → plan`; the controller carries it out. */
import type { Condition, Deployment, ReplicaSet } from '../../schemas/meta/object.js';
import { conditionOf } from '../../schemas/meta/conditions.js';
import {
  countStatus,
  type DeploymentStatus,
  failureConditions,
  hasProgressDeadline,
  isComplete,
  msUntilDeadline,
  progressConditions,
} from './deployment-status.js';
import { Rollout, type RolloutInput } from './rollout.js';
import { isRollingUpdate } from './rollout-math.js';
import {
  forgetHistory,
  growNewSet,
  hasOldPods,
  isScaling,
  scaleInProportion,
  shrinkOldSets,
  stopOldSets,
} from './rollout-steps.js';
import { REVISION } from './revision-annotations.js';

export interface RolloutPlan {
  /** A draft: its uid and resourceVersion are not there yet. */
  readonly create: ReplicaSet | undefined;
  readonly updates: readonly ReplicaSet[];
  readonly removals: readonly ReplicaSet[];
  /** By name of ReplicaSet: the message of its ScalingReplicaSet event, once written. */
  readonly scalings: ReadonlyMap<string, string>;
  /** With the revision annotation and the status as they shall be. */
  readonly deployment: Deployment;
  readonly againAfterMs: number | undefined;
}

export function nextRollout(input: RolloutInput): RolloutPlan {
  const rollout = new Rollout(input);
  const { deployment } = input;
  if (deployment.metadata.deletionTimestamp !== undefined) return counted(rollout);
  notePause(rollout);
  if (deployment.spec?.paused === true || isScaling(rollout)) {
    scaleInProportion(rollout);
    if (deployment.spec?.paused === true) forgetHistory(rollout);
    return counted(rollout);
  }
  if (isRollingUpdate(deployment)) rollForward(rollout);
  else recreate(rollout);
  return progressed(rollout);
}

/** Paused time must not count against the progress deadline. */
function notePause(rollout: Rollout): void {
  const { deployment } = rollout;
  if (!hasProgressDeadline(deployment)) return;
  const reason = conditionOf(rollout.conditions, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return;
  const paused = deployment.spec?.paused === true;
  if (paused && reason !== 'DeploymentPaused') {
    rollout.say('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
  } else if (!paused && reason === 'DeploymentPaused') {
    rollout.say('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  }
}

function rollForward(rollout: Rollout): void {
  rollout.ensureNewSet();
  if (rollout.isNew || growNewSet(rollout) || shrinkOldSets(rollout)) return;
  if (isComplete(rollout.deployment, rollout.deployment.status)) forgetHistory(rollout);
}

function recreate(rollout: Rollout): void {
  if (stopOldSets(rollout) || hasOldPods(rollout)) return;
  const set = rollout.ensureNewSet();
  if (!rollout.isNew) rollout.scale(set, rollout.deployment.spec?.replicas ?? 1);
  if (isComplete(rollout.deployment, rollout.deployment.status)) forgetHistory(rollout);
}

/** The status of a Deployment that is only counted: paused, being scaled, being deleted. */
function counted(rollout: Rollout): RolloutPlan {
  const { deployment, all, newSet, conditions, nowMs } = rollout;
  return planOf(rollout, countStatus(deployment, all, newSet, conditions, nowMs));
}

function progressed(rollout: Rollout): RolloutPlan {
  const { deployment, all, newSet, conditions, nowMs } = rollout;
  const status = countStatus(deployment, all, newSet, conditions, nowMs);
  const progress = progressConditions(deployment, status, newSet, nowMs);
  return planOf(rollout, withConditions(status, failureConditions(progress, all, newSet)));
}

function withConditions(status: DeploymentStatus, conditions: readonly Condition[]): DeploymentStatus {
  return { ...status, conditions: conditions as unknown as DeploymentStatus['conditions'] };
}

function planOf(rollout: Rollout, status: DeploymentStatus): RolloutPlan {
  const { deployment, revision, nowMs } = rollout;
  const annotations = deployment.metadata.annotations;
  const annotated =
    revision === undefined || annotations?.[REVISION] === revision
      ? deployment.metadata
      : { ...deployment.metadata, annotations: { ...annotations, [REVISION]: revision } };
  return {
    create: rollout.isNew ? rollout.newSet : undefined,
    updates: rollout.updates,
    removals: rollout.removals,
    scalings: rollout.scalings,
    deployment: { ...deployment, metadata: annotated, status } as Deployment,
    againAfterMs: deployment.spec?.paused === true ? undefined : msUntilDeadline(deployment, status, nowMs),
  };
}
