/** What a strategic merge patch must know of a type: how each field merges, and by which key its list items are the same. */
import { typeNamed, type FieldShape } from './table.js';

/**
 * `merge`: objects field by field, lists item by item (by `mergeKey`; lists of scalars as sets).
 * `replace`: the patch's value stands. `atomic`: the same, for a list or object that never merges.
 * `retainKeys`: an object of which only the fields that the patch names remain (`$retainKeys`); with `merge,` before it, a list of such objects.
 */
export type PatchStrategy = 'merge' | 'replace' | 'atomic' | 'retainKeys' | 'merge,retainKeys';

export interface PatchField {
  strategy: PatchStrategy;
  /** Lists of objects with a merging strategy have one; lists of scalars have none. */
  mergeKey?: string;
  /** Of the object itself, of a list's items, or of a map (whose `fieldOf` answers for any key). */
  schema?: PatchSchema;
}

export interface PatchSchema {
  /** Undefined for a field that the type doesn't have, and for a key of a map of scalars. */
  fieldOf(name: string): PatchField | undefined;
}

const cache = new Map<string, PatchSchema>();

/** Undefined for a type that isn't in the table. `schema` is the full definition name, `io.k8s.api.apps.v1.Deployment`. Repeatable, cached. */
export function patchSchemaOf(schema: string): PatchSchema | undefined {
  const known = cache.get(schema);
  if (known) return known;
  const shape = typeNamed(schema);
  if (!shape?.fields) return undefined;
  const { fields } = shape;
  const made = schemaBy((name) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field && patchFieldOf(field);
  });
  cache.set(schema, made);
  return made;
}

function schemaBy(compute: (name: string) => PatchField | undefined): PatchSchema {
  const known = new Map<string, PatchField>();
  return {
    fieldOf(name) {
      const found = known.get(name);
      if (found) return found;
      const field = compute(name);
      if (field && known.size < 200) known.set(name, field); // A map's keys come from clients: don't grow with them.
      return field;
    },
  };
}

function patchFieldOf(field: FieldShape): PatchField {
  const strategy = field.patchStrategy as PatchStrategy | undefined;
  const schema = schemaOfValue(field);
  const merges = field.shape !== 'list' && schema !== undefined;
  return {
    strategy: strategy ?? (merges ? 'merge' : 'replace'),
    ...(field.mergeKey ? { mergeKey: field.mergeKey } : {}),
    ...(schema ? { schema } : {}),
  };
}

/** Lists: of the items. Maps: one that answers the same for all keys. */
function schemaOfValue(field: FieldShape): PatchSchema | undefined {
  const inner = field.ref ? patchSchemaOf(field.ref) : undefined;
  if (field.shape !== 'map') return inner;
  const value: PatchField | undefined = inner && { strategy: 'merge', schema: inner };
  return { fieldOf: () => value };
}
