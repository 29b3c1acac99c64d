/** What a delete does to an object: at once, later (grace, finalizers), or nothing new. After Kubernetes' rest.BeforeDelete. */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { Delete } from '../../schemas/messages/resource.js';
import type { KubeObject, ObjectMeta } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';

export type Deletion =
  | { readonly kind: 'now' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'later'; readonly object: KubeObject };

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

export function deletionOf(object: KubeObject, message: Delete, definition: KindDefinition, nowMs: number): Deletion {
  const finalizers = finalizersAfter(object.metadata.finalizers ?? [], message);
  const graceSeconds = graceOf(object, message, definition);
  const held = finalizers.length > 0 || (definition.kind === 'Namespace' && object['spec']?.finalizers?.length > 0);
  if (graceSeconds === 0 && !held) return { kind: 'now' };
  return later(object, finalizers, graceSeconds, definition, nowMs);
}

function later(
  object: KubeObject,
  finalizers: readonly string[],
  graceSeconds: number,
  definition: KindDefinition,
  nowMs: number,
): Deletion {
  const { metadata } = object;
  const isFirst = !metadata.deletionTimestamp;
  // A repeat may shorten the grace but never lengthen it.
  const isShorter = !isFirst && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers =
    finalizers.length === (metadata.finalizers?.length ?? 0) &&
    finalizers.every((name) => metadata.finalizers?.includes(name));
  if (!isFirst && !isShorter && sameFinalizers) return { kind: 'pending' };
  const next: ObjectMeta = { ...metadata, finalizers: finalizers.length > 0 ? [...finalizers] : undefined };
  if (isFirst || isShorter) {
    next.deletionTimestamp = formatTime(nowMs + graceSeconds * 1000);
    next.deletionGracePeriodSeconds = graceSeconds;
  }
  if (isFirst && definition.hasGeneration) next.generation = (metadata.generation ?? 0) + 1;
  const status = definition.kind === 'Namespace' ? { status: { ...object['status'], phase: 'Terminating' } } : {};
  return { kind: 'later', object: { ...object, metadata: next, ...status } };
}

function graceOf(object: KubeObject, { gracePeriodSeconds }: Delete, definition: KindDefinition): number {
  const own = definition.graceSecondsOf?.(object);
  if (own === undefined) return 0;
  if (own === 0) return 0;
  return Math.max(0, gracePeriodSeconds ?? own);
}

function finalizersAfter(finalizers: readonly string[], { propagationPolicy }: Delete): readonly string[] {
  if (propagationPolicy === undefined) return finalizers;
  const rest = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (propagationPolicy === 'Orphan') return [...rest, orphanFinalizer];
  if (propagationPolicy === 'Foreground') return [...rest, foregroundFinalizer];
  return rest;
}
