/** How many pods a rolling update may have, and how sizes are shared out. Pure; the arithmetic of Kubernetes' deployment controller. */
import type { Deployment, ReplicaSet } from '../../schemas/meta/object.js';
import { desiredReplicasOf, maxReplicasOf } from './revision-annotations.js';

export const replicasOf = (object: { spec?: { replicas?: number } } | undefined): number =>
  object ? (object.spec?.replicas ?? 1) : 0;

export const availableOf = (set: ReplicaSet | undefined): number => set?.status?.availableReplicas ?? 0;

export function totalReplicas(sets: Iterable<ReplicaSet>): number {
  let total = 0;
  for (const set of sets) total += replicasOf(set);
  return total;
}

function scaled(value: number | string | undefined, of: number, roundUp: boolean): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const share = (Number.parseInt(value, 10) * of) / 100;
  return roundUp ? Math.ceil(share) : Math.floor(share);
}

export const isRollingUpdate = (deployment: Deployment): boolean => deployment.spec?.strategy?.type !== 'Recreate';

/** Both percentages resolved; both 0 would stand still, so then one pod may be unavailable. */
function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const replicas = replicasOf(deployment);
  const surge = scaled(maxSurge, replicas, true);
  const unavailable = scaled(maxUnavailable, replicas, false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function maxSurgeOf(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailableOf(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicas);
}

/** What the new ReplicaSet may grow to now. */
export function newReplicaSetSize(deployment: Deployment, all: Iterable<ReplicaSet>, newSetReplicas: number): number {
  const replicas = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return replicas;
  const room = replicas + maxSurgeOf(deployment) - totalReplicas(all);
  return room <= 0 ? newSetReplicas : newSetReplicas + Math.min(room, replicas - newSetReplicas);
}

/** As Go's math.Round: halves away from zero. */
const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

function fractionOf(set: ReplicaSet, deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  if (replicas === 0) return -replicasOf(set);
  const before = maxReplicasOf(set) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return round((replicasOf(set) * (replicas + maxSurgeOf(deployment))) / before) - replicasOf(set);
}

/** This set's share of `toAdd` (which may be negative), where `added` have been shared out. */
export function proportionOf(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(set, deployment);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

/** The new set alone carries the whole Deployment, and all of it is available. */
export function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  const replicas = replicasOf(deployment);
  return (
    set !== undefined &&
    desiredReplicasOf(set) === replicas &&
    replicasOf(set) === replicas &&
    availableOf(set) === replicas
  );
}
