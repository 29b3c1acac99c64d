/** What an agent registers and what the API has → the Node to keep. Pure. */
import type { Condition, Node } from '../../schemas/meta/object.js';

/** Labels and annotations of the agent replace their namesakes; everything else that users set stays, taints and unschedulable too. Undefined: no change. */
export function mergedNode(existing: Node, registered: Node): Node | undefined {
  const labels = { ...existing.metadata.labels, ...registered.metadata.labels };
  const annotations = { ...existing.metadata.annotations, ...registered.metadata.annotations };
  if (same(labels, existing.metadata.labels ?? {}) && same(annotations, existing.metadata.annotations ?? {}))
    return undefined;
  const metadata = { ...existing.metadata, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
  return { ...existing, metadata };
}

/** The agent's conditions replace their namesakes, keeping the time of the last transition where the status is the same. */
export function mergedNodeStatus(existing: Node, reported: Node['status']): Node['status'] {
  const current = (existing.status?.conditions ?? []) as Condition[];
  const own = ((reported?.conditions ?? []) as Condition[]).map((condition) => {
    const before = current.find(({ type }) => type === condition.type);
    if (before?.status !== condition.status || !before.lastTransitionTime) return condition;
    return { ...condition, lastTransitionTime: before.lastTransitionTime };
  });
  const types = new Set(own.map(({ type }) => type));
  const conditions = [...own, ...current.filter(({ type }) => !types.has(type))];
  return { ...existing.status, ...reported, conditions } as Node['status'];
}

/** Did somebody else say that the node's state is unknown, so that the agent must speak up? */
export function isDoubted(node: Node): boolean {
  return ((node.status?.conditions ?? []) as Condition[]).some(({ status }) => status === 'Unknown');
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
