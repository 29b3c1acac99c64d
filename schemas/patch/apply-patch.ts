/** Applies a patch of any type to an object. */
import { InternalError } from '../errors.js';
import type { KindDefinition } from '../kinds/kind.js';
import type { Patch } from '../messages/resource.js';
import type { KubeObject } from '../meta/object.js';
import { patchSchemaOf } from '../openapi/patch-schema.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';
import { applyStrategicMergePatch } from './strategic-merge.js';

/**
 * Pure: a new object that shares what didn't change, or `object` itself if nothing did. The result is neither checked, defaulted
 * nor pruned. Throws a StatusError in Kubernetes' words for a patch that is malformed or doesn't apply.
 */
export function applyPatch(
  kind: Pick<KindDefinition, 'schema'>,
  type: Patch['patchType'],
  object: KubeObject,
  patch: unknown,
): KubeObject {
  switch (type) {
    case 'json':
      return applyJsonPatch(object, patch);
    case 'merge':
      return applyMergePatch(object, patch);
    case 'strategic':
      return applyStrategicMergePatch(object, patch, patchSchemaOf(kind.schema));
    default:
      throw new InternalError(`unknown Content-Type header for patch: ${String(type)}`);
  }
}
