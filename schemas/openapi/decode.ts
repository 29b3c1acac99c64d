/** Request bodies to objects of their types, with Kubernetes' field validation and its words for what is wrong. */
import { BadRequestError } from '../errors.js';
import type { FieldValidation } from '../messages/resource.js';
import { apiVersionOf } from '../meta/group-version.js';
import { parseJson } from './parse-json.js';
import { parseYaml, YamlSyntaxError } from './parse-yaml.js';
import { JsonSyntaxError, type SlowlyParsed } from './slow-json.js';
import { checkStructure } from './structural.js';
import { hasSibling, typeNamed } from './table.js';

export interface Decoded {
  /** Pruned and canonical (see structural.ts); apiVersion and kind are there if the type has them. Not defaulted, not validated. */
  object: any;
  /** `unknown field "spec.foo"`, for Warning headers; only with `Warn`. */
  warnings: string[];
}

/** Throws BadRequestError for malformed JSON, wrong types, and (`Strict`) unknown or duplicate fields. `schema` is the full definition name. */
export function decodeObject(bytes: Uint8Array, schema: string, mode: FieldValidation): Decoded {
  return checked(parsed(bytes, schema, parseJson), schema, mode, duplicateFields);
}

/** The same for an `application/yaml` body. */
export function decodeYaml(bytes: Uint8Array, schema: string, mode: FieldValidation): Decoded {
  return checked(parsed(bytes, schema, parseYaml), schema, mode, duplicateKeys);
}

type Words = (duplicates: readonly string[], unknown: readonly string[]) => string[];

/** What every format's decoder ends with: `value` checked against its type. `words` are the format's own for duplicates. */
export function checked(
  { value, duplicates }: SlowlyParsed,
  schema: string,
  mode: FieldValidation,
  words: Words,
): Decoded {
  const object = withTypeMeta(value as Record<string, unknown>, schema);
  const { unknown, error } = checkStructure(object, schema, mode);
  if (error) throw cannotBeHandled(object, schema, error);
  if (mode === 'Ignore' || (unknown.length === 0 && duplicates.length === 0)) return { object, warnings: [] };
  const problems = [...unknown.map((path) => `unknown field ${JSON.stringify(path)}`), ...words(duplicates, unknown)];
  if (mode === 'Warn') return { object, warnings: problems };
  if (problems.length > 0) throw cannotBeHandled(object, schema, strictError(problems));
  return { object, warnings: [] };
}

/** The message of Kubernetes' strict decoding error. */
function strictError(problems: readonly string[]): string {
  return `strict decoding error: ${problems.join(', ')}`;
}

/** What is inside an unknown field is not looked at. */
const duplicateFields: Words = (duplicates, unknown) =>
  duplicates
    .filter((path) => !unknown.some((field) => path.startsWith(`${field}.`) || path.startsWith(`${field}[`)))
    .map((path) => `duplicate field ${JSON.stringify(path)}`);

const duplicateKeys: Words = (duplicates) =>
  duplicates.length ? [`yaml: unmarshal errors:\n${duplicates.map((text) => `  ${text}`).join('\n')}`] : [];

function parsed(bytes: Uint8Array, schema: string, parse: (bytes: Uint8Array) => SlowlyParsed): SlowlyParsed {
  try {
    const result = parse(bytes);
    const { value } = result;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      requireText(value as Record<string, unknown>, 'apiVersion');
      requireText(value as Record<string, unknown>, 'kind');
      return result;
    }
    if (value === null) return { ...result, value: {} };
    throw new JsonSyntaxError(
      `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw unrecognized(bytes, schema, `couldn't get version/kind; json parse error: ${error.message}`);
    if (error instanceof YamlSyntaxError)
      throw unrecognized(bytes, schema, `error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

function requireText(object: Record<string, unknown>, field: string): void {
  const value = object[field] ?? '';
  if (typeof value === 'string') return;
  const got = typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : typeof value;
  throw new JsonSyntaxError(`json: cannot unmarshal ${got} into Go struct field .${field} of type string`);
}

/** Fills in apiVersion and kind; refuses those of another type. Throws BadRequestError. */
export function withTypeMeta(object: Record<string, unknown>, schema: string): Record<string, unknown> {
  const gvk = typeNamed(schema)?.gvk;
  if (!gvk) return object;
  const apiVersion = apiVersionOf(gvk);
  if (object.kind === gvk.kind && object.apiVersion === apiVersion) return object;
  if (object.apiVersion && object.apiVersion !== apiVersion)
    throw new BadRequestError(
      `the API version in the data (${object.apiVersion as string}) does not match the expected API version (${apiVersion})`,
    );
  if (object.kind && object.kind !== gvk.kind)
    throw cannotBeHandled(object, schema, otherKind(object.kind as string, schema, apiVersion));
  return { kind: gvk.kind, apiVersion, ...withoutTypeMeta(object) };
}

function otherKind(kind: string, schema: string, apiVersion: string): string {
  if (!hasSibling(schema, kind))
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  const [group, version, wanted] = schema.split('.').slice(-3);
  return `converting (${version}.${kind}) to (${group}.${wanted}): unknown conversion`;
}

function withoutTypeMeta({
  kind: _kind,
  apiVersion: _apiVersion,
  ...rest
}: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/** The error for a body whose kind is known, and whose fields are not as they should be. */
export function cannotBeHandled(object: Record<string, unknown>, schema: string, why: string): BadRequestError {
  const wanted = kindOf(schema);
  const kind = typeof object.kind === 'string' && object.kind ? object.kind : wanted;
  const version = typeNamed(schema)?.gvk?.version ?? schema.split('.').at(-2);
  return new BadRequestError(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${wanted}: ${why}`);
}

const kindOf = (schema: string) => schema.slice(schema.lastIndexOf('.') + 1);

/** The error for a body that doesn't even tell its kind. */
export function unrecognized(bytes: Uint8Array, schema: string, why: string): BadRequestError {
  return new BadRequestError(
    `the object provided is unrecognized (must be of type ${kindOf(schema)}): ${why} (${summary(bytes)})`,
  );
}

/** The beginning of a body, as Kubernetes shows it: text if it looks like JSON, else hexadecimal. */
function summary(bytes: Uint8Array): string {
  const shown = 30;
  if (bytes.length === 0) return '<empty>';
  const head = Buffer.from(bytes.subarray(0, shown)).toString(bytes[0] === 0x7b ? 'utf8' : 'hex');
  return bytes.length > shown ? `${head} ...` : head;
}
