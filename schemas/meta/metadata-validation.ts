/** Kubernetes' rules for ObjectMeta, at creation and at update. */
import type { FieldError } from '../errors.js';
import { api } from '../limits.js';
import { IMMUTABLE, forbidden, invalid, pushInvalid, quoted, required, tooLong } from './field-errors.js';
import { validateLabels } from './label-selector.js';
import { dns1123Label, forPrefix, type NameRule, qualifiedName } from './names.js';
import type { ObjectMeta, OwnerReference } from './object.js';

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
}

const UPPER = /[A-Z]/;
/** Those of built-in types that need no domain. */
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** UTF-8 needs at most three bytes per character, so most objects need no exact count. */
function isTooBig(annotations: Readonly<Record<string, string>>, charactersTotal: number): boolean {
  if (charactersTotal * 3 <= api.annotationsBytesMax) return false;
  let bytesTotal = 0;
  for (const key in annotations) {
    bytesTotal += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] as string);
  }
  return bytesTotal > api.annotationsBytesMax;
}

/** Rules for annotations at `path` (`metadata.annotations`). */
export function validateAnnotations(
  errors: FieldError[],
  annotations: Readonly<Record<string, string>>,
  path: string,
): void {
  let charactersTotal = 0;
  for (const key in annotations) {
    // Case doesn't matter in annotations, also not in their prefix.
    const messages = qualifiedName(UPPER.test(key) ? key.toLowerCase() : key);
    if (messages.length > 0) pushInvalid(errors, path, key, messages);
    charactersTotal += key.length + (annotations[key] as string).length;
  }
  if (isTooBig(annotations, charactersTotal)) errors.push(tooLong(path, '', api.annotationsBytesMax));
}

function validateOwner(errors: FieldError[], owner: Partial<OwnerReference>, path: string): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  if (apiVersion === '' || apiVersion.endsWith('/')) {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
  }
  if (kind === '') errors.push(invalid(`${path}.kind`, kind, 'must not be empty'));
  if (name === '') errors.push(invalid(`${path}.name`, name, 'must not be empty'));
  if (uid === '') errors.push(invalid(`${path}.uid`, uid, 'must not be empty'));
  if (kind === 'Event' && apiVersion === 'v1') {
    errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
}

function validateOwners(errors: FieldError[], owners: readonly OwnerReference[], path: string): void {
  let controller = '';
  for (const owner of owners) {
    validateOwner(errors, owner, path);
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = name;
    else {
      const found = `Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, owners, `Only one reference can have Controller set to true. ${found}`));
    }
  }
}

function validateFinalizers(errors: FieldError[], finalizers: readonly string[], path: string): void {
  for (const finalizer of finalizers) pushInvalid(errors, path, finalizer, qualifiedName(finalizer));
  for (const [i, finalizer] of finalizers.entries()) {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) continue;
    const text = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(`${path}[${i}]`, finalizer, text));
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
}

/** What holds for create and update alike. `previous` skips the parts that are the same object as before. */
function validateShared(errors: FieldError[], meta: ObjectMeta, path: string, previous?: ObjectMeta): void {
  const { labels, annotations, ownerReferences, finalizers } = meta;
  if (labels && labels !== previous?.labels) validateLabels(errors, labels, `${path}.labels`);
  if (annotations && annotations !== previous?.annotations) {
    validateAnnotations(errors, annotations, `${path}.annotations`);
  }
  if (ownerReferences && ownerReferences !== previous?.ownerReferences) {
    validateOwners(errors, ownerReferences, `${path}.ownerReferences`);
  }
  if (finalizers && finalizers !== previous?.finalizers) validateFinalizers(errors, finalizers, `${path}.finalizers`);
}

function validateNamespace(
  errors: FieldError[],
  namespace: string | undefined,
  namespaced: boolean,
  path: string,
): void {
  if (!namespaced) {
    if (namespace) errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  } else if (!namespace) {
    errors.push(required(`${path}.namespace`));
  } else {
    const messages = dns1123Label(namespace);
    if (messages.length > 0) pushInvalid(errors, `${path}.namespace`, namespace, messages);
  }
}

/** For a create, after a name has been generated. A new array: callers may push on to it. */
export function validateObjectMeta(meta: ObjectMeta, rules: MetadataRules, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  const { name, generateName, namespace, generation } = meta;
  if (generateName) pushInvalid(errors, `${path}.generateName`, generateName, forPrefix(rules.nameRule)(generateName));
  if (!name) {
    errors.push(required(`${path}.name`, 'name or generateName is required'));
  } else {
    const messages = rules.nameRule(name);
    if (messages.length > 0) pushInvalid(errors, `${path}.name`, name, messages);
  }
  validateNamespace(errors, namespace, rules.namespaced, path);
  if (generation !== undefined && generation < 0) {
    errors.push(invalid(`${path}.generation`, generation, 'must be greater than or equal to 0'));
  }
  validateShared(errors, meta, path);
  return errors;
}

function validateNoNewFinalizers(errors: FieldError[], next: ObjectMeta, previous: ObjectMeta, path: string): void {
  const extra = (next.finalizers ?? []).filter((finalizer) => !previous.finalizers?.includes(finalizer));
  if (extra.length === 0) return;
  const list = `[]string{${[...new Set(extra)].sort().map(quoted).join(', ')}}`;
  const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  errors.push(forbidden(`${path}.finalizers`, text));
}

const IMMUTABLE_FIELDS = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** For an update, after the server's own fields were carried over. The resourceVersion is the resource actor's to check. */
export function validateObjectMetaUpdate(next: ObjectMeta, previous: ObjectMeta, path = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  if (next === previous) return errors;
  if (previous.deletionTimestamp) validateNoNewFinalizers(errors, next, previous, path);
  if ((next.generation ?? 0) < (previous.generation ?? 0)) {
    errors.push(invalid(`${path}.generation`, next.generation ?? 0, 'must not be decremented'));
  }
  for (const field of IMMUTABLE_FIELDS) {
    if (next[field] !== previous[field]) errors.push(invalid(`${path}.${field}`, next[field], IMMUTABLE));
  }
  validateShared(errors, next, path, previous);
  return errors;
}
