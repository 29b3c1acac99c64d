/** What a node's silence and conditions mean: conditions, taints, and when so many are silent that it is rather us. Pure. */
import type { Condition, Node, Taint } from '../../schemas/meta/object.js';
import type { NodeItem } from './node-view.js';

/** Above this share of silent nodes the fault is taken to be on our side. */
const SILENT_SHARE_MAX = 0.55;
const ZONE_NODES_MIN = 3;

const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** Condition → status → the taint that shows it. */
const NO_SCHEDULE: readonly [type: string, status: string, key: string][] = [
  ['Ready', 'False', 'node.kubernetes.io/not-ready'],
  ['Ready', 'Unknown', 'node.kubernetes.io/unreachable'],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const NO_EXECUTE = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
const OURS = new Set([...NO_SCHEDULE.map(([, , key]) => key), UNSCHEDULABLE]);

/** Nodes whose silence is to have consequences. Empty while most of all nodes are silent; without those of a zone where most are. */
export function believablySilent(nodes: readonly NodeItem[], silent: ReadonlySet<string>): ReadonlySet<string> {
  const isMassive = (some: readonly NodeItem[]) =>
    some.filter(({ name }) => silent.has(name)).length > SILENT_SHARE_MAX * some.length;
  if (isMassive(nodes)) return new Set();
  const believable = new Set(silent);
  for (const zone of Map.groupBy(nodes, ({ zone }) => zone).values()) {
    if (zone.length >= ZONE_NODES_MIN && isMassive(zone)) for (const { name } of zone) believable.delete(name);
  }
  return believable;
}

/** Conditions of a node that says nothing any more; the same array if they say so already. */
export function silentConditions(node: Node, now: string): readonly Condition[] {
  const conditions = (node.status?.conditions ?? []) as unknown as readonly Condition[];
  const next = REPORTED.reduce<readonly Condition[]>((list, type) => {
    const index = list.findIndex((condition) => condition.type === type);
    const old = list[index];
    if (!old) return [...list, neverReported(type, node.metadata.creationTimestamp, now)];
    if (old.status === 'Unknown') return list;
    return list.with(index, {
      ...old,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
    });
  }, conditions);
  return next;
}

function neverReported(type: string, created: string, now: string): Condition {
  return {
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: created,
    lastTransitionTime: now,
  };
}

/**
 * The taints that a node's conditions ask for, beside those of others; the same array if they are there. While `isDoubtful` (its silence may be our own fault)
 * nothing is added for silence.
 */
export function taintsFor(node: Node, isDoubtful: boolean, now: string): readonly Taint[] {
  const taints: readonly Taint[] = node.spec?.taints ?? [];
  const wanted: Taint[] = [];
  for (const [type, status, key] of NO_SCHEDULE) {
    if (!node.status?.conditions?.some((condition) => condition.type === type && condition.status === status)) continue;
    if (isDoubtful && type === 'Ready' && status === 'Unknown') continue;
    wanted.push({ key, effect: 'NoSchedule', timeAdded: now });
    if (NO_EXECUTE.has(key)) wanted.push({ key, effect: 'NoExecute', timeAdded: now });
  }
  if (node.spec?.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule', timeAdded: now });
  const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect;
  const isOurs = ({ key, effect }: Taint) => OURS.has(key) && (effect === 'NoSchedule' || NO_EXECUTE.has(key));
  const kept = taints.filter((taint) => !isOurs(taint) || wanted.some((other) => same(other, taint)));
  const added = wanted.filter((taint) => !taints.some((other) => same(other, taint)));
  return kept.length === taints.length && added.length === 0 ? taints : [...kept, ...added];
}
