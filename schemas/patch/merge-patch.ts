/** JSON merge patch (RFC 7386). */
import { BadRequestError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { isJsonObject, type JsonObject, ObjectDraft, setOwn } from './json-value.js';

function withoutNulls(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(result, key, withoutNulls(value[key]));
  return result;
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return deepEqual(target, patch) ? target : patch;
  if (!isJsonObject(target)) return withoutNulls(patch);
  const draft = new ObjectDraft(target);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) draft.delete(key);
    else draft.set(key, merged(draft.get(key), patch[key]));
  }
  return draft.current;
}

export function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A new object that shares what didn't change; `object` itself if nothing did. Throws BadRequestError unless the patch is a JSON object. */
export function applyMergePatch<T extends object>(object: T, patch: unknown): T {
  if (patch === null) return object;
  if (!isJsonObject(patch)) {
    const problem = `json: cannot unmarshal ${goTypeOf(patch)} into Go value of type map[string]interface {}`;
    throw new BadRequestError(`error decoding patch: ${problem}`);
  }
  return merged(object, patch) as T;
}
