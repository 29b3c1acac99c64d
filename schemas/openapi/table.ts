/** The type table: every API type's fields, as the build step (generate.ts) wrote them. Loaded on first use; small, without descriptions. */
import { loadArtefact } from './load.js';

/**
 * `object` is a JSON object of a named type or (without `ref`) of anything; `any` is whatever JSON.
 * `quantity`, `intOrString`, `time`, `microTime` are Kubernetes' own scalars.
 */
export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'byte'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'any';

export interface FieldShape {
  /** Absent for a plain value. */
  shape?: 'list' | 'map' | 'mapOfLists';
  /** Of the value, the items or the map's values; absent where `ref` is there. */
  type?: ScalarType;
  /** Full definition name of an object type. */
  ref?: string;
  required?: true;
  enum?: readonly string[];
  /** As in Kubernetes' OpenAPI documents. */
  default?: unknown;
  patchStrategy?: string;
  mergeKey?: string;
  listType?: 'atomic' | 'set' | 'map';
  listMapKeys?: readonly string[];
  mapType?: 'atomic' | 'granular';
  /** The field is left out when it has Go's zero value ("", 0, false, an empty list or map), as Kubernetes does. */
  dropZero?: true;
  /** Go's name of a scalar's type where it has its own (`v1.PullPolicy`): for error messages. */
  goType?: string;
}

export interface TypeShape {
  /** Absent for types that are no plain objects. */
  fields: Readonly<Record<string, FieldShape>>;
  mapType?: 'atomic';
  gvk?: { group: string; version: string; kind: string };
}

type TypeTable = Readonly<Record<string, TypeShape>>;

let table: TypeTable | undefined;

/** Is there a type with this kind beside `schema`, in the same group and version? */
export function hasSibling(schema: string, kind: string): boolean {
  return typeNamed(schema.slice(0, schema.lastIndexOf('.') + 1) + kind)?.gvk !== undefined;
}

/** Undefined for a name that is in no Kubernetes version that this table holds. */
export function typeNamed(schema: string): TypeShape | undefined {
  table ??= JSON.parse(loadArtefact('table.json').toString()) as TypeTable;
  return Object.hasOwn(table, schema) ? table[schema] : undefined;
}
