/** The conditions that tell how far a namespace's deletion is, in Kubernetes' words. Pure. */
import { setCondition } from '../../schemas/meta/conditions.js';
import type { Condition } from '../../schemas/meta/object.js';

export interface Remains {
  /** `pods.`, `deployments.apps` → objects that are still there. */
  readonly instances: ReadonlyMap<string, number>;
  /** Finalizer → objects that it holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Messages of deletes that failed. */
  readonly failures: readonly string[];
}

const sorted = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts]
    .map(([name, count]) => text(name, count))
    .sort()
    .join(', ');

function contentFailure({ failures, instances }: Remains): Condition {
  if (failures.length === 0) {
    const message = 'All content successfully deleted, may be waiting on finalization';
    return { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message };
  }
  const remaining = [...instances.values()].reduce((total, count) => total + count, 0);
  const message = `Failed to delete all resource types, ${remaining} remaining: ${[...failures].sort().join(', ')}`;
  return { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message };
}

function contentRemaining({ instances }: Remains): Condition {
  const type = 'NamespaceContentRemaining';
  if (instances.size === 0) {
    return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' };
  }
  const list = sorted(instances, (name, count) => `${name} has ${count} resource instances`);
  return { type, status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${list}` };
}

function finalizersRemaining({ finalizers }: Remains): Condition {
  const type = 'NamespaceFinalizersRemaining';
  if (finalizers.size === 0) {
    const message = 'All content-preserving finalizers finished';
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message };
  }
  const list = sorted(finalizers, (name, count) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${list}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}

/** All five, as `now` (as on the wire) sees them; the same array if nothing is new. */
export function namespaceConditions(
  old: readonly Condition[] | undefined,
  remains: Remains,
  now: string,
): readonly Condition[] {
  const conditions: Condition[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    contentFailure(remains),
    contentRemaining(remains),
    finalizersRemaining(remains),
  ];
  return conditions.reduce<readonly Condition[]>((list, condition) => setCondition(list, condition, now), old ?? []);
}
