/** The patch of `apply`: what the manifest says that the cluster doesn't, and what was applied before and is no longer said. The rest of the object stays. */
import { deepEqual } from '../../schemas/meta/deep-equal.js';
import type { PatchField, PatchSchema } from '../../schemas/openapi/patch-schema.js';

type Fields = Readonly<Record<string, unknown>>;

/** A strategic merge patch where there is a schema, else a JSON merge patch; empty if nothing differs. */
export function threeWayPatch(last: Fields, next: Fields, live: Fields, schema?: PatchSchema): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(next)) {
    const field = schema?.fieldOf(name);
    const difference = fieldPatch(last[name], wanted, live[name], field);
    if (difference !== undefined) patch[name] = difference;
  }
  for (const name of Object.keys(last)) if (!(name in next) && live[name] !== undefined) patch[name] = null;
  return patch;
}

/** Undefined if there is nothing to change. */
function fieldPatch(last: unknown, next: unknown, live: unknown, field: PatchField | undefined): unknown {
  if (next === null) return live === undefined ? undefined : null;
  if (isFields(next) && isFields(live) && field?.strategy !== 'replace' && field?.strategy !== 'atomic') {
    const inner = threeWayPatch(isFields(last) ? last : {}, next, live, field?.schema);
    return Object.keys(inner).length > 0 ? inner : undefined;
  }
  if (Array.isArray(next) && Array.isArray(live) && field?.mergeKey)
    return listPatch(listOf(last), next, live, field.mergeKey, field.schema);
  return deepEqual(next, live) ? undefined : next;
}

function listPatch(
  last: readonly Fields[],
  next: readonly Fields[],
  live: readonly Fields[],
  key: string,
  schema?: PatchSchema,
): unknown {
  const same = (items: readonly Fields[], item: Fields) => items.find((other) => other[key] === item[key]);
  const changed = next.flatMap((item) => {
    const current = same(live, item);
    if (!current) return [item];
    const inner = threeWayPatch(same(last, item) ?? {}, item, current, schema);
    return Object.keys(inner).length > 0 ? [{ [key]: item[key], ...inner }] : [];
  });
  const gone = last
    .filter((item) => !same(next, item) && same(live, item))
    .map((item) => ({ $patch: 'delete', [key]: item[key] }));
  return changed.length + gone.length > 0 ? [...changed, ...gone] : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
