/** Joins what the declarations say with the formats that the validators check, and with our own facts, into the type table. Build step only. */
import { pathToFileURL } from 'node:url';
import { goFacts } from '../go-types.js';
import { mergeFacts } from '../merge-keys.js';
import type { FieldShape, ScalarType, TypeShape } from '../table.js';
import type { Model, ModelField, Models } from './read-models.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Field = Mutable<FieldShape>;

const scalarAliases: Record<string, ScalarType> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
};

/** By full definition name. Types without fields (RawExtension, JSON) are left out: their references become `any`. */
export async function buildTable(source: Models): Promise<Record<string, TypeShape>> {
  const table: Record<string, TypeShape> = {};
  for (const model of [...source.models.values()].sort((a, b) => (a.schema < b.schema ? -1 : 1))) {
    if (!model.fields?.length) continue;
    const probe = await validatorOf(model);
    const fields: Record<string, FieldShape> = {};
    for (const field of model.fields) fields[field.name] = shapeOf(field, model, source, probe);
    const shape: Mutable<TypeShape> = { fields };
    if (model.gvk) shape.gvk = model.gvk;
    if (factsOf(model.schema)['']) shape.mapType = 'atomic';
    table[model.schema] = shape;
  }
  return table;
}

function shapeOf(field: ModelField, model: Model, source: Models, probe: Probe): FieldShape {
  const shape: Field = parseType(field, source);
  if (model.gvk && (field.name === 'apiVersion' || field.name === 'kind')) return { type: 'string', dropZero: true };
  if (field.required) shape.required = true;
  if (shape.type === 'string' && !shape.enum && probe(field.name, wrap(shape, '\u0001')) === 'byte')
    shape.type = 'byte';
  if (shape.type === 'double') shape.type = integerType(field, shape, probe);
  applyMergeFacts(shape, factsOf(model.schema)[field.name] ?? '');
  applyGoFacts(shape, field, model.schema);
  return shape;
}

function parseType(field: ModelField, source: Models): Field {
  const { type } = field;
  if (field.name === 'volumeClaimTemplates') return { shape: 'list', ref: 'io.k8s.api.core.v1.PersistentVolumeClaim' };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) {
    const list = /^Array<(.*)>$/.exec(map[1]!);
    return list
      ? { shape: 'mapOfLists', ...itemType(list[1]!, source) }
      : { shape: 'map', ...itemType(map[1]!, source) };
  }
  const list = /^Array<(.*)>$/.exec(type);
  return list ? { shape: 'list', ...itemType(list[1]!, source) } : itemType(type, source);
}

function itemType(text: string, source: Models): Field {
  if (text.startsWith('"')) return { type: 'string', enum: [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1]!) };
  if (text === 'string' || text === 'boolean') return { type: text };
  if (text === 'number') return { type: 'double' };
  const name = source.names.get(text);
  if (!name) throw new Error(`unknown type ${text}`);
  const alias = scalarAliases[name];
  if (alias) return { type: alias };
  return source.models.get(name)?.fields?.length ? { ref: name } : { type: 'any' };
}

/** Says which format or type a value broke; undefined if none. */
type Probe = (field: string, value: unknown) => string | undefined;

interface Violation {
  instancePath: string;
  params: { format?: string; type?: string };
}

async function validatorOf(model: Model): Promise<Probe> {
  const probed = model.fields!.some((field) => /\b(number|string)\b/.test(field.type));
  if (!probed) return () => undefined;
  const { validate } = (await import(pathToFileURL(model.validator).href)) as {
    validate: { (data: unknown): boolean; errors?: Violation[] };
  };
  return (field, value) => {
    validate({ [field]: value });
    const broken = validate.errors?.find(({ instancePath }) => instancePath.startsWith(`/${field}`));
    return broken && (broken.params.format ?? broken.params.type);
  };
}

const wrap = (shape: Field, value: unknown) =>
  shape.shape === 'list' ? [value] : shape.shape === 'map' ? { key: value } : value;

function integerType(field: ModelField, shape: Field, probe: Probe): ScalarType {
  if (probe(field.name, wrap(shape, 0.5)) !== 'integer') return 'double';
  return probe(field.name, wrap(shape, 2 ** 40)) === 'int32' ? 'int32' : 'int64';
}

/** `core.v1.Pod` of `io.k8s.api.core.v1.Pod`; `meta.v1.` for apimachinery's. */
const shortName = (schema: string) => schema.replace('io.k8s.api.', '').replace('io.k8s.apimachinery.pkg.apis.', '');
const factsOf = (schema: string) => mergeFacts[shortName(schema)] ?? {};

function applyMergeFacts(shape: Field, facts: string): void {
  for (const fact of facts ? facts.split(/ (?=\S+)/) : []) {
    const [, word, keys] = /^([\w,]+)\((.*)\)$/.exec(fact) ?? [undefined, fact];
    const [name, value] = word!.split('=', 2) as [string, string?];
    if (name === 'default') shape.default = JSON.parse(fact.slice('default='.length));
    else if (name === 'list') shape.listType = value as 'set' | 'atomic';
    else if (name === 'object') shape.mapType = value as 'atomic' | 'granular';
    else if (name === 'map') {
      shape.listType = 'map';
      shape.listMapKeys = keys!.split(',');
    } else {
      shape.patchStrategy = name;
      if (keys) shape.mergeKey = keys;
    }
  }
}

function applyGoFacts(shape: Field, field: ModelField, schema: string): void {
  const { keepsZero = '', names = '' } = goFacts[shortName(schema)] ?? {};
  const named = names.split(' ').find((entry) => entry.startsWith(`${field.name}:`));
  if (named) shape.goType = named.slice(field.name.length + 1);
  const hasZero = shape.shape ? true : !shape.ref && !/any|quantity|intOrString|[tT]ime/.test(shape.type ?? 'any');
  if (hasZero && !field.required && !keepsZero.split(' ').includes(field.name) && !schema.includes('-'))
    shape.dropZero = true;
}
