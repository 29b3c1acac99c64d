/** Which pods a ReplicaSet deletes first when it has too many: Kubernetes' order. Pure. */
import type { PodItem } from './pod-view.js';
import { isActive } from './pod-view.js';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Ages are compared by their order of magnitude, so that which of many pods goes is nearly random (KEP-2185). */
function byAge(a: number, b: number, nowMs: number, uidA: string, uidB: string): number {
  const rank = (ms: number) => (nowMs > ms ? Math.floor(Math.log2((nowMs - ms) * 1e6)) : -1);
  return rank(a) - rank(b) || (uidA < uidB ? -1 : 1);
}

function compare(a: PodItem, b: PodItem, colocated: ReadonlyMap<string, number>, nowMs: number): number {
  if ((a.nodeName === '') !== (b.nodeName === '')) return a.nodeName === '' ? -1 : 1;
  const phase = (PHASE_ORDER[a.phase] ?? 2) - (PHASE_ORDER[b.phase] ?? 2);
  if (phase !== 0) return phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.deletionCost !== b.deletionCost) return a.deletionCost - b.deletionCost;
  const crowd = (colocated.get(b.nodeName) ?? 0) - (colocated.get(a.nodeName) ?? 0);
  if (crowd !== 0) return crowd;
  if (a.ready && b.ready && a.readySinceMs !== b.readySinceMs) {
    if (a.readySinceMs === 0 || b.readySinceMs === 0) return a.readySinceMs === 0 ? -1 : 1;
    return byAge(a.readySinceMs, b.readySinceMs, nowMs, a.uid, b.uid);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.createdMs !== b.createdMs) return byAge(a.createdMs, b.createdMs, nowMs, a.uid, b.uid);
  return a.uid < b.uid ? -1 : 1;
}

/** The `count` pods to delete. `related` are all pods of the same Deployment: where more of them share a node, one goes first. */
export function podsToDelete(
  pods: readonly PodItem[],
  related: Iterable<PodItem>,
  count: number,
  nowMs: number,
): readonly PodItem[] {
  if (count >= pods.length) return pods;
  const colocated = new Map<string, number>();
  for (const pod of related) {
    if (isActive(pod)) colocated.set(pod.nodeName, (colocated.get(pod.nodeName) ?? 0) + 1);
  }
  return [...pods].sort((a, b) => compare(a, b, colocated, nowMs)).slice(0, count);
}
