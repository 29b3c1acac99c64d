/** An object after an update or a patch: carried-over metadata, defaults, validation, generation. Answers the old object itself when nothing would change. */
import { type About, BadRequestError, type FieldError, InvalidError } from '../../schemas/errors.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { applyScale, scaleOf, scaleSchema } from '../../schemas/kinds/scale.js';
import type { Patch, Replace, WriteTarget } from '../../schemas/messages/resource.js';
import { invalid } from '../../schemas/meta/field-errors.js';
import { deepEqual } from '../../schemas/meta/deep-equal.js';
import { validateObjectMetaUpdate } from '../../schemas/meta/metadata-validation.js';
import type { KubeObject, ObjectMeta } from '../../schemas/meta/object.js';
import { checkStructure } from '../../schemas/openapi/structural.js';
import { applyPatch } from '../../schemas/patch/apply-patch.js';
import { checkPreconditions } from './preconditions.js';

export interface Change {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

export function replacedObject(message: Replace, previous: KubeObject, definition: KindDefinition): Change {
  const next = message.target === 'scale' ? applyScale(previous, message.object) : message.object;
  return finished(next, previous, message.target, definition, []);
}

/** Throws BadRequestError, InvalidError, ConflictError (a resourceVersion inside the patch). */
export function patchedObject(message: Patch, previous: KubeObject, definition: KindDefinition, about: About): Change {
  const isScale = message.target === 'scale';
  const schema = isScale ? scaleSchema : definition.schema;
  const base = isScale ? scaleOf(previous) : previous;
  const patched = applyPatch({ schema }, message.patchType, base, message.patch);
  if (patched === base) return { object: previous, warnings: [] };
  const warnings = prune(patched, schema, message);
  const { resourceVersion } = patched.metadata ?? {};
  if (resourceVersion && resourceVersion !== previous.metadata.resourceVersion) {
    throw checkPreconditions(
      { resourceVersion },
      { uid: '', resourceVersion: previous.metadata.resourceVersion } as never,
      about,
    );
  }
  checkIdentity(patched.metadata, previous.metadata);
  const { kind, apiVersion } = base;
  checkType(patched, base, message);
  const next = isScale ? applyScale(previous, patched) : { ...patched, kind, apiVersion };
  return finished(next, previous, message.target, definition, warnings);
}

/** Nor to another type: a strategic patch is merged into the type at its URL, what the others make is decoded anew. Throws InvalidError. */
function checkType(patched: KubeObject, base: KubeObject, { patchType }: Patch): void {
  if (patchType === 'strategic' || (patched.kind === base.kind && patched.apiVersion === base.apiVersion)) return;
  const why =
    !patched.kind || !patched.apiVersion
      ? `Object '${patched.kind ? 'apiVersion' : 'Kind'}' is missing in '${JSON.stringify(patched)}'`
      : `converting (${typeText(patched)}) to (${typeText(base)}): unknown conversion`;
  throw new InvalidError({ group: '', kind: '', name: '' }, [invalid('patch', JSON.stringify(patched), why)]);
}

const typeText = ({ apiVersion, kind }: KubeObject): string => `${apiVersion.split('/').at(-1)}.${kind}`;

/** A patch can't lead to another object than the one at its URL. Throws BadRequestError. */
function checkIdentity({ name, namespace }: Partial<ObjectMeta> = {}, previous: ObjectMeta): void {
  if (name !== previous.name)
    throw new BadRequestError(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${previous.name})`,
    );
  if ((namespace ?? '') !== (previous.namespace ?? ''))
    throw new BadRequestError(
      `the namespace of the object (${namespace ?? ''}) does not match the namespace on the request (${previous.namespace ?? ''})`,
    );
}

/** Does this update end the object? Its last finalizer is gone and no grace is left. */
export function isOver(object: KubeObject, definition: KindDefinition): boolean {
  const { metadata } = object;
  if (!metadata.deletionTimestamp || metadata.finalizers?.length) return false;
  if (definition.kind === 'Namespace' && object['spec']?.finalizers?.length) return false;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

/** Drops what the type does not know. Throws InvalidError about the field `patch`, as Kubernetes does for every patch whose result can't be read. */
function prune(patched: KubeObject, schema: string, { fieldValidation, patchType, patch }: Patch): string[] {
  const mode = fieldValidation ?? 'Strict';
  const { unknown, error } = checkStructure(patched, schema, mode);
  const messages = unknown.map((path) => `unknown field "${path}"`);
  const why =
    error ?? (mode === 'Strict' && messages.length > 0 ? `strict decoding error: ${messages.join(', ')}` : undefined);
  if (why === undefined) return messages;
  const shown = JSON.stringify(patchType === 'strategic' ? patch : patched);
  throw new InvalidError({ group: '', kind: '', name: '' }, [invalid('patch', shown, why)]);
}

function finished(
  draft: KubeObject,
  previous: KubeObject,
  target: WriteTarget,
  definition: KindDefinition,
  decodeWarnings: string[],
): Change {
  const next: KubeObject = { ...draft, metadata: carriedOver(draft.metadata, previous.metadata) };
  prepare(next, previous, target, definition);
  definition.applyDefaults(next);
  // After the defaults: a body that leaves them out changes nothing.
  if (definition.hasGeneration && target !== 'status' && specChanged(next, previous)) {
    next.metadata.generation = (previous.metadata.generation ?? 0) + 1;
  }
  const errors = violations(next, previous, target, definition);
  if (errors.length > 0)
    throw new InvalidError({ group: definition.group, kind: definition.kind, name: previous.metadata.name }, errors);
  const warnings = target === '' ? [...decodeWarnings, ...(definition.warningsOf?.(next) ?? [])] : decodeWarnings;
  if (deepEqual(next, previous)) return { object: previous, warnings };
  return { object: next, warnings };
}

function violations(
  next: KubeObject,
  previous: KubeObject,
  target: WriteTarget,
  definition: KindDefinition,
): FieldError[] {
  const errors = validateObjectMetaUpdate(next.metadata, previous.metadata);
  const rules = definition.targetRules?.[target];
  if (target === 'status') errors.push(...(definition.validateStatusUpdate?.(next, previous) ?? []));
  else if (rules) errors.push(...rules.validate(next, previous));
  else errors.push(...(definition.validateUpdate?.(next, previous) ?? []), ...definition.validate(next));
  if (errors.length < 2) return errors;
  // What is wrong with the object as such is often found again by the rules about its change.
  return [...new Map(errors.map((error) => [`${error.field}: ${error.message}`, error])).values()];
}

function prepare(next: KubeObject, previous: KubeObject, target: WriteTarget, definition: KindDefinition): void {
  const rules = definition.targetRules?.[target];
  if (target === 'status') definition.prepareForStatusUpdate?.(next, previous);
  else if (target === 'finalize') Object.assign(next, { status: previous['status'] });
  else if (rules) rules.prepare(next, previous);
  else definition.prepareForUpdate?.(next, previous);
}

/** Everything but metadata and status counts as the spec. */
function specChanged(next: KubeObject, previous: KubeObject): boolean {
  const { metadata: _m, status: _s, ...after } = next;
  const { metadata: _pm, status: _ps, ...before } = previous;
  return !deepEqual(after, before);
}

/** The server's fields come from the stored object; labels, annotations, owners and finalizers from the caller. */
function carriedOver(draft: ObjectMeta, previous: ObjectMeta): ObjectMeta {
  const metadata: ObjectMeta = { ...previous, labels: draft.labels, annotations: draft.annotations };
  metadata.ownerReferences = draft.ownerReferences?.length ? draft.ownerReferences : undefined;
  metadata.finalizers = draft.finalizers?.length ? draft.finalizers : undefined;
  if (draft.name && draft.name !== previous.name) metadata.name = draft.name;
  if (draft.namespace && draft.namespace !== previous.namespace) metadata.namespace = draft.namespace;
  if (draft.uid && draft.uid !== previous.uid) metadata.uid = draft.uid;
  return metadata;
}
