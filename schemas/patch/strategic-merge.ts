/** Strategic merge patch: objects merge by field, lists by the merge key or strategy of their type, with Kubernetes' `$` directives. */
import { BadRequestError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import type { PatchField, PatchSchema } from '../openapi/patch-schema.js';
import { isJsonObject, type JsonObject, ObjectDraft, setOwn, sharedList, valueAt } from './json-value.js';
import { goTypeOf } from './merge-patch.js';
import { inServerOrder } from './patch-order.js';
import { StrategicPatchError, UnprocessablePatchError } from './patch-errors.js';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

type Schema = PatchSchema | undefined;

const merges = (field: PatchField | undefined) => field?.strategy === 'merge' || field?.strategy === 'merge,retainKeys';

/** The value of a field that wasn't there: without nulls and directives. Undefined: not to be kept. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (value[key] === null || isDirective(key)) continue;
    const kept = withoutDirectives(value[key]);
    if (kept !== undefined) setOwn(result, key, kept);
  }
  return result;
}

function isDirective(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function directed(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw new StrategicPatchError(`unknown patch type: ${textOf(directive)} in map: ${JSON.stringify(patch)}`);
}

function mergeObject(original: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) {
    const result = directed(patch);
    return deepEqual(result, original) ? original : result;
  }
  const draft = new ObjectDraft(original);
  retainKeys(draft, patch);
  const ordered = mergeOrderedLists(draft, patch, schema);
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || ordered.has(key)) continue;
    if (key.startsWith(DELETE_FROM_LIST)) deleteFromList(draft, key.slice(DELETE_FROM_LIST.length), patch[key]);
    else mergeField(draft, key, patch[key], schema);
  }
  return draft.current;
}

function retainKeys(draft: ObjectDraft, patch: JsonObject): void {
  const keys = valueAt(patch, RETAIN_KEYS);
  if (keys === undefined) return;
  if (!Array.isArray(keys)) throw new BadRequestError('invalid patch format of retainKeys');
  const retained = new Set(keys);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || isDirective(key) || retained.has(key)) continue;
    throw new UnprocessablePatchError("patch content doesn't match retainKeys list");
  }
  for (const key of Object.keys(draft.original)) if (!retained.has(key)) draft.delete(key);
}

function deleteFromList(draft: ObjectDraft, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw new BadRequestError('invalid patch format of primitive list');
  const list = draft.get(key);
  if (!Array.isArray(list)) return;
  const removed = new Set(values);
  draft.set(
    key,
    sharedList(
      list,
      list.filter((item) => !removed.has(item)),
    ),
  );
}

function mergeField(draft: ObjectDraft, key: string, value: unknown, schema: Schema): void {
  if (value === null) return draft.delete(key);
  const original = draft.get(key);
  if (isJsonObject(original) && isJsonObject(value)) {
    const field = schema?.fieldOf(key);
    const replaces = field?.strategy === 'replace' || field?.strategy === 'atomic';
    // The strategy of an untyped map may be told as `replace`; only what has a schema of its own is replaced as a whole.
    if (replaces && field?.schema) draft.set(key, deepEqual(original, value) ? original : value);
    else draft.set(key, mergeObject(original, value, field?.schema));
  } else if (Array.isArray(original) && Array.isArray(value)) {
    draft.set(key, mergeList(original, value, schema?.fieldOf(key)));
  } else if (original !== value) {
    const kept = withoutDirectives(value);
    draft.set(key, kept === undefined ? {} : kept);
  }
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], field: PatchField | undefined) {
  if (!merges(field)) return deepEqual(original, patch) ? original : patch;
  if (original.length === 0 && patch.length === 0) return original;
  const first = original[0] ?? patch[0];
  if (Array.isArray(first)) throw new UnprocessablePatchError('lists of lists are not supported');
  if (!isJsonObject(first)) {
    const union = [...new Set([...original, ...patch])];
    return sharedList(original, inServerOrder(union, patch, original));
  }
  const { mergeKey, schema } = field ?? {};
  if (!mergeKey) throw new StrategicPatchError('cannot merge lists without merge key');
  return mergeByKey(original, patch, mergeKey, schema);
}

function keyIn(item: unknown, mergeKey: string): string {
  const value = isJsonObject(item) ? valueAt(item, mergeKey) : undefined;
  if (value === undefined) {
    throw new StrategicPatchError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return textOf(value);
}

interface Specials {
  readonly base: readonly unknown[];
  readonly patch: readonly unknown[];
}

/** Carries out the list directives: items that delete others, and the one that replaces the list. */
function applySpecials(original: readonly unknown[], patch: readonly unknown[], mergeKey: string): Specials {
  const rest: unknown[] = [];
  const deleted = new Set<string>();
  let replaces = false;
  for (const item of patch) {
    const directive = isJsonObject(item) ? valueAt(item, DIRECTIVE) : undefined;
    if (directive === undefined) rest.push(item);
    else if (directive === 'delete') deleted.add(keyIn(item, mergeKey));
    else if (directive === 'replace') replaces = true;
    else if (directive === 'merge') throw new StrategicPatchError('merging lists cannot yet be specified in the patch');
    else throw new StrategicPatchError(`unknown patch type: ${textOf(directive)} in map: ${JSON.stringify(item)}`);
  }
  if (replaces) return { base: rest, patch: [] };
  if (deleted.size === 0) return { base: original, patch: rest };
  return { base: original.filter((item) => !deleted.has(keyIn(item, mergeKey))), patch: rest };
}

function mergeByKey(original: readonly unknown[], fullPatch: readonly unknown[], mergeKey: string, schema: Schema) {
  const { base, patch } = applySpecials(original, fullPatch, mergeKey);
  const items = [...base];
  const indexes = new Map<string, number>(); // Of the first item with each key, like upstream; ports may repeat theirs.
  for (const [index, item] of items.entries()) {
    const key = keyIn(item, mergeKey);
    if (!indexes.has(key)) indexes.set(key, index);
  }
  for (const item of patch) {
    const key = keyIn(item, mergeKey);
    const index = indexes.get(key);
    if (index !== undefined) items[index] = mergeObject(items[index] as JsonObject, item as JsonObject, schema);
    else indexes.set(key, items.push(withoutDirectives(item)) - 1);
  }
  const ordered = inServerOrder(items, patch, base, (item) => keyIn(item, mergeKey));
  return sharedList(original, ordered);
}

/** Fields with `$setElementOrder/`: merges their lists and puts the items in the told order. Returns the fields that are done. */
function mergeOrderedLists(draft: ObjectDraft, patch: JsonObject, schema: Schema): ReadonlySet<string> {
  const done = new Set<string>();
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(SET_ORDER)) continue;
    const key = directive.slice(SET_ORDER.length);
    const order = patch[directive];
    if (!Array.isArray(order)) throw new BadRequestError('invalid patch format of setElementOrder list');
    const patchList = valueAt(patch, key);
    if (patchList === null) continue;
    const field = schema?.fieldOf(key);
    const result = orderedList(draft.get(key), patchList, order, field);
    if (result) draft.set(key, result);
    done.add(key);
  }
  return done;
}

function checkInOrder(
  patchList: readonly unknown[],
  order: readonly unknown[],
  keyOf: (item: unknown) => unknown,
): void {
  const told = order.map(keyOf);
  let position = 0;
  for (const item of patchList) {
    if (isJsonObject(item) && Object.hasOwn(item, DIRECTIVE)) continue;
    position = told.indexOf(keyOf(item), position);
    if (position < 0) {
      throw new StrategicPatchError("The order in patch list doesn't match $setElementOrder list");
    }
  }
}

function orderedList(original: unknown, patch: unknown, order: readonly unknown[], field: PatchField | undefined) {
  const { mergeKey } = field ?? {};
  const keyOf = mergeKey ? (item: unknown) => keyIn(item, mergeKey) : (item: unknown) => item;
  const patchList = Array.isArray(patch) ? patch : undefined;
  if (patchList) checkInOrder(patchList, order, keyOf);
  if (!Array.isArray(original)) return patchList && (withoutDirectives(patchList) as unknown[]);
  const merged = patchList ? mergeList(original, patchList, field) : original;
  return sharedList(original, inServerOrder(merged, order, original, keyOf));
}

/**
 * A new object that shares what didn't change; `object` itself if nothing did. `schema` is undefined for what has no merge keys.
 * Throws BadRequestError, UnprocessablePatchError or StrategicPatchError.
 */
export function applyStrategicMergePatch<T extends object>(object: T, patch: unknown, schema: Schema): T {
  if (!isJsonObject(patch)) {
    throw new BadRequestError(
      `json: cannot unmarshal ${goTypeOf(patch)} into Go value of type map[string]interface {}`,
    );
  }
  return mergeObject(object as JsonObject, patch, schema) as T;
}
