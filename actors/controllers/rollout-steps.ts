/** The steps of the two strategies, and of scaling. Each changes the working copy, and answers whether it scaled anything. Pure. */
import type { ReplicaSet } from '../../schemas/meta/object.js';
import { byAge, type Rollout } from './rollout.js';
import { desiredReplicasOf, revisionOf } from './revision-annotations.js';
import {
  availableOf,
  isRollingUpdate,
  isSaturated,
  maxSurgeOf,
  maxUnavailableOf,
  newReplicaSetSize,
  proportionOf,
  replicasOf,
  totalReplicas,
} from './rollout-math.js';

const HISTORY_ALL = 2_147_483_647;

export function growNewSet(rollout: Rollout): boolean {
  const set = rollout.newSet as ReplicaSet;
  const wanted = replicasOf(rollout.deployment);
  if (replicasOf(set) > wanted) return rollout.scale(set, wanted);
  return rollout.scale(set, newReplicaSetSize(rollout.deployment, rollout.all, replicasOf(set)));
}

/** Removes as many old pods as availability allows, the unhealthy ones first. */
export function shrinkOldSets(rollout: Rollout): boolean {
  const { deployment } = rollout;
  if (totalReplicas(rollout.old) === 0) return false;
  const minAvailable = replicasOf(deployment) - maxUnavailableOf(deployment);
  const newSet = rollout.newSet as ReplicaSet;
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const removable = totalReplicas(rollout.all) - minAvailable - newUnavailable;
  if (removable <= 0) return false;
  const unhealthy = shrink(rollout, removable, (set) => replicasOf(set) - availableOf(set));
  const available = rollout.all.reduce((total, set) => total + availableOf(set), 0);
  const healthy = shrink(rollout, available - minAvailable, replicasOf);
  return unhealthy + healthy > 0;
}

/** Scales old sets down by at most `most` together, the oldest first, each by at most what `by` allows. */
function shrink(rollout: Rollout, most: number, by: (set: ReplicaSet) => number): number {
  let removed = 0;
  for (const set of rollout.old) {
    if (removed >= most) break;
    const size = replicasOf(set);
    const count = size === 0 ? 0 : Math.min(most - removed, Math.min(size, by(set)));
    if (count <= 0) continue;
    rollout.scale(set, size - count);
    removed += count;
  }
  return removed;
}

export function stopOldSets(rollout: Rollout): boolean {
  return rollout.activeOld.map((set) => rollout.scale(set, 0)).some(Boolean);
}

export function hasOldPods(rollout: Rollout): boolean {
  return rollout.old.some((set) => (set.status?.replicas ?? 0) > 0 || rollout.input.hasRunningPods(set.metadata.uid));
}

/** Has the Deployment been scaled since its ReplicaSets were sized? */
export function isScaling(rollout: Rollout): boolean {
  return rollout.all.some((set) => {
    const desired = desiredReplicasOf(set);
    return replicasOf(set) > 0 && desired !== undefined && desired !== replicasOf(rollout.deployment);
  });
}

/** The one set that is active, or the newest of none; undefined where several are. */
function activeOrLatest(rollout: Rollout): ReplicaSet | undefined {
  const active = rollout.all.filter((set) => replicasOf(set) > 0);
  if (active.length === 0) return rollout.newSet ?? rollout.old.at(-1);
  return active.length === 1 ? active[0] : undefined;
}

/** In the middle of a rollout all active sets share what is added or taken, in proportion to their sizes. */
export function scaleInProportion(rollout: Rollout): void {
  const { deployment } = rollout;
  const replicas = replicasOf(deployment);
  const only = activeOrLatest(rollout);
  if (only) {
    rollout.scale(only, replicas);
    return;
  }
  if (isSaturated(deployment, rollout.newSet)) {
    stopOldSets(rollout);
    return;
  }
  if (!isRollingUpdate(deployment)) return;
  const active = rollout.all.filter((set) => replicasOf(set) > 0);
  const toAdd = (replicas > 0 ? replicas + maxSurgeOf(deployment) : 0) - totalReplicas(active);
  const bySize = (a: ReplicaSet, b: ReplicaSet) =>
    replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b));
  let added = 0;
  const sizes = active.sort(bySize).map((set) => {
    const share = proportionOf(set, deployment, toAdd, added);
    added += share;
    return { set, size: replicasOf(set) + share };
  });
  for (const [index, { set, size }] of sizes.entries()) {
    const leftover = index === 0 && toAdd !== 0 ? toAdd - added : 0;
    rollout.scaleAnnotated(set, Math.max(0, size + leftover));
  }
}

/** Removes empty old sets beyond revisionHistoryLimit, the oldest revisions first. */
export function forgetHistory(rollout: Rollout): void {
  const limit = rollout.deployment.spec?.revisionHistoryLimit ?? HISTORY_ALL;
  if (limit === HISTORY_ALL) return;
  const living = rollout.old.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = living.length - limit;
  if (surplus <= 0) return;
  const oldest = living.sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b)).slice(0, surplus);
  for (const set of oldest) {
    const observed = set.status?.observedGeneration ?? 0;
    const empty = (set.status?.replicas ?? 0) === 0 && replicasOf(set) === 0;
    if (empty && (set.metadata.generation ?? 0) <= observed) rollout.remove(set);
  }
}
