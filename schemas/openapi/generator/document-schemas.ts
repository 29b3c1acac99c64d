/** The type table and the descriptions as OpenAPI schemas, in the shape that Kubernetes' documents have. Build step only. */
import type { FieldShape, ScalarType, TypeShape } from '../table.js';
import type { Models } from './read-models.js';

/** 2 is Swagger's `definitions`, 3 is OpenAPI's `components`. */
export type Dialect = 2 | 3;
export type Json = Record<string, unknown>;
export type Table = Readonly<Record<string, TypeShape>>;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const deleteOptions = `${meta}.DeleteOptions`;

/** Scalars that the documents name. */
const namedScalars: Partial<Record<ScalarType, string>> = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  time: `${meta}.Time`,
  microTime: `${meta}.MicroTime`,
};

const plainScalars: Partial<Record<ScalarType, Json>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  byte: { type: 'string', format: 'byte' },
  any: { type: 'object' },
};

const eitherOr = (first: string, second: string): Json => ({ oneOf: [{ type: first }, { type: second }] });

const scalarDefinitions: Record<string, Record<Dialect, Json>> = {
  [namedScalars.quantity!]: { 2: { type: 'string' }, 3: eitherOr('string', 'number') },
  [namedScalars.intOrString!]: {
    2: { type: 'string', format: 'int-or-string' },
    3: { format: 'int-or-string', ...eitherOr('integer', 'string') },
  },
  [namedScalars.time!]: { 2: { type: 'string', format: 'date-time' }, 3: { type: 'string', format: 'date-time' } },
  [namedScalars.microTime!]: { 2: { type: 'string', format: 'date-time' }, 3: { type: 'string', format: 'date-time' } },
};

const refPrefix: Record<Dialect, string> = { 2: '#/definitions/', 3: '#/components/schemas/' };
export const refTo = (schema: string, dialect: Dialect): Json => ({ $ref: refPrefix[dialect] + schema });

/** The definitions of these types and of all that they mention, by name. */
export function definitionsOf(roots: Iterable<string>, table: Table, models: Models, dialect: Dialect): Json {
  const found = new Map<string, Json>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.set(name, definitionOf(name, table, models, dialect));
    for (const field of Object.values(table[name]?.fields ?? {})) {
      const next = field.ref ?? namedScalars[field.type ?? 'any'];
      if (next) open.push(next);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function definitionOf(name: string, table: Table, models: Models, dialect: Dialect): Json {
  const description = models.models.get(name)?.description;
  const described = description ? { description } : {};
  const scalar = scalarDefinitions[name];
  if (scalar) return { ...described, ...scalar[dialect] };
  const shape = table[name];
  if (!shape) return { ...described, type: 'object' };
  const required = Object.keys(shape.fields).filter((field) => shape.fields[field]!.required);
  return {
    ...described,
    type: 'object',
    ...(required.length ? { required } : {}),
    properties: Object.fromEntries(
      Object.entries(shape.fields).map(([field, of]) => [
        field,
        property(of, descriptionOf(name, field, models), dialect),
      ]),
    ),
    ...(shape.gvk ? { 'x-kubernetes-group-version-kind': [shape.gvk] } : {}),
    ...(shape.mapType ? { 'x-kubernetes-map-type': shape.mapType } : {}),
  };
}

/** Kinds' own apiVersion and kind carry no comment in the declarations; DeleteOptions' are the same fields. */
function descriptionOf(type: string, field: string, models: Models): string | undefined {
  const named = (schema: string) => models.models.get(schema)?.fields?.find(({ name }) => name === field)?.description;
  return named(type) || (field === 'apiVersion' || field === 'kind' ? named(deleteOptions) : undefined);
}

function property(field: FieldShape, description: string | undefined, dialect: Dialect): Json {
  return {
    ...(description ? { description } : {}),
    ...shapeOf(field, description !== undefined, dialect),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.listMapKeys ? { 'x-kubernetes-list-map-keys': field.listMapKeys } : {}),
    ...(field.listType ? { 'x-kubernetes-list-type': field.listType } : {}),
    ...(field.mapType ? { 'x-kubernetes-map-type': field.mapType } : {}),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
    ...(field.patchStrategy ? { 'x-kubernetes-patch-strategy': field.patchStrategy } : {}),
  };
}

function shapeOf(field: FieldShape, described: boolean, dialect: Dialect): Json {
  if (field.shape === 'list') return { type: 'array', items: value(field, false, dialect) };
  if (field.shape === 'map') return { type: 'object', additionalProperties: value(field, false, dialect) };
  if (field.shape === 'mapOfLists')
    return { type: 'object', additionalProperties: { type: 'array', items: value(field, false, dialect) } };
  return value(field, described, dialect);
}

/** OpenAPI 3.0 ignores what stands beside a `$ref`, so a described one is wrapped. */
function value(field: FieldShape, described: boolean, dialect: Dialect): Json {
  const name = field.ref ?? namedScalars[field.type ?? 'any'];
  if (name) return described && dialect === 3 ? { allOf: [refTo(name, dialect)] } : refTo(name, dialect);
  return { ...plainScalars[field.type ?? 'any'], ...(field.enum ? { enum: field.enum } : {}) };
}
