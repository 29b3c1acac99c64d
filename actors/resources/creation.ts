/** A new object as it will be stored: the server's own fields, defaults, validation. Pure but for working in place on the draft, which the caller gives away. */
import { InvalidError } from '../../schemas/errors.js';
import type { KindDefinition, RuleContext } from '../../schemas/kinds/kind.js';
import type { KubeObject, ObjectMeta } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';

/** Throws InvalidError. */
export function newObject(
  draft: KubeObject,
  definition: KindDefinition,
  rules: RuleContext,
): { object: KubeObject; warnings: readonly string[] } {
  const object = draft;
  object.metadata = newMetadata(draft.metadata, definition, rules);
  definition.prepareForCreate?.(object, rules);
  definition.applyDefaults(object);
  const errors = definition.validate(object);
  if (definition.validateCreate) errors.push(...definition.validateCreate(object));
  if (errors.length > 0)
    throw new InvalidError({ group: definition.group, kind: definition.kind, name: object.metadata.name }, errors);
  return { object, warnings: definition.warningsOf?.(object) ?? [] };
}

/** In the order in which clients see the fields; what only the server sets is not taken from the draft. */
function newMetadata(draft: ObjectMeta, definition: KindDefinition, rules: RuleContext): ObjectMeta {
  const metadata: ObjectMeta = { name: draft.name } as ObjectMeta;
  if (draft.generateName) metadata.generateName = draft.generateName;
  if (draft.namespace) metadata.namespace = draft.namespace;
  metadata.uid = draft.uid || rules.uuid();
  if (definition.hasGeneration) metadata.generation = 1;
  metadata.creationTimestamp = formatTime(rules.nowMs);
  if (draft.labels) metadata.labels = draft.labels;
  if (draft.annotations) metadata.annotations = draft.annotations;
  if (draft.ownerReferences?.length) metadata.ownerReferences = draft.ownerReferences;
  if (draft.finalizers?.length) metadata.finalizers = draft.finalizers;
  return metadata;
}
