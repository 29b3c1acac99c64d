/**
 * Writes field-numbers.json anew: `node build/schemas/protobuf/import-field-numbers.js API APIMACHINERY OUT`, after the build. The folders are checkouts of
 * github.com/kubernetes/api and github.com/kubernetes/apimachinery at the version that we serve (Copyright The Kubernetes Authors, Apache-2.0), whose generated.proto
 * files say which number each field of the API has; only these numbers are taken. Prints where those files and our type table disagree. Run by hand, once per version.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadArtefact } from '../openapi/load.js';
import type { FieldShape, TypeShape } from '../openapi/table.js';

interface ProtoField {
  readonly name: string;
  readonly label: 'optional' | 'repeated' | 'map';
  /** A scalar of protobuf, or the full name of a message. */
  readonly type: string;
  readonly number: string;
}

type Messages = ReadonlyMap<string, readonly ProtoField[]>;

const scalars = ['string', 'bytes', 'bool', 'int32', 'int64', 'double'];

/** What each scalar of the type table is in protobuf; the rest is not looked at. */
const expected: Readonly<Record<string, RegExp>> = {
  string: /^string$/,
  boolean: /^bool$/,
  int32: /^int32$/,
  int64: /^int64$/,
  double: /^double$/,
  byte: /^bytes$/,
  quantity: /\.Quantity$/,
  intOrString: /\.IntOrString$/,
  time: /\.Time$/,
  microTime: /\.MicroTime$/,
  any: /\.(RawExtension|FieldsV1)$/,
};

function readMessages(folders: readonly string[]): Messages {
  const messages = new Map<string, readonly ProtoField[]>();
  for (const folder of folders)
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (path.endsWith('generated.proto')) readFile(readFileSync(join(folder, path), 'utf8'), messages);
  return messages;
}

function readFile(text: string, messages: Map<string, readonly ProtoField[]>): void {
  const scope = /^package (\S+);/m.exec(text)?.[1]?.replace(/^k8s\.io/, 'io.k8s') ?? '';
  const code = text.replaceAll(/^ *\/\/.*\n/gm, ''); // Comments may have braces.
  for (const [, name, body] of code.matchAll(/^message (\w+) \{\n([^}]*)^\}/gm)) {
    messages.set(
      `${scope}.${name}`,
      body!.split('\n').flatMap((line) => readField(line, scope)),
    );
  }
}

function readField(line: string, scope: string): ProtoField[] {
  const map = /^ {2}map<string, (\S+)> (\w+) = (\d+);/.exec(line);
  if (map) return [{ name: map[2]!, label: 'map', type: fullName(map[1]!, scope), number: map[3]! }];
  const field = /^ {2}(optional|repeated) (\S+) (\w+) = (\d+);/.exec(line);
  if (!field) return [];
  return [{ name: field[3]!, label: field[1] as 'optional', type: fullName(field[2]!, scope), number: field[4]! }];
}

function fullName(type: string, scope: string): string {
  if (scalars.includes(type)) return type;
  return type.startsWith('.') ? type.slice(1).replace(/^k8s\.io/, 'io.k8s') : `${scope}.${type}`;
}

function agrees(field: ProtoField, shape: FieldShape): boolean {
  if (shape.shape === 'mapOfLists') return field.label === 'map';
  const label = shape.shape === 'list' ? 'repeated' : (shape.shape ?? 'optional');
  if (field.label !== label) return false;
  return shape.ref ? field.type === shape.ref : expected[shape.type ?? 'any']!.test(field.type);
}

/** Told outside of the message. */
const typeMeta = ['apiVersion', 'kind'];
const complaints: string[] = [];

/** `name=1 hostPath=2.1 …`: a path of two numbers is a field of a message that JSON has no name for. */
function numbersOf(schema: string, shape: TypeShape, messages: Messages): string {
  const found: string[] = [];
  const seen = new Set<string>();
  const names = new Map(Object.keys(shape.fields).map((name) => [name.toLowerCase(), name])); // A few differ in case: uID, Webhooks.
  const take = (message: string, prefix: string): void => {
    for (const field of messages.get(message) ?? []) {
      const name = names.get(field.name.toLowerCase()) ?? '';
      const known = shape.fields[name];
      if (known && agrees(field, known)) {
        found.push(`${name}=${prefix}${field.number}`);
        seen.add(name);
      } else if (!known && messages.has(field.type)) take(field.type, `${prefix}${field.number}.`);
      else complaints.push(`${schema}.${field.name}: ${field.label} ${field.type}, here ${JSON.stringify(known)}`);
    }
  };
  take(schema, '');
  for (const name in shape.fields)
    if (!seen.has(name) && !typeMeta.includes(name)) complaints.push(`${schema}.${name}: no number`);
  return found.join(' ');
}

const [api, apimachinery, out] = process.argv.slice(2);
if (!api || !apimachinery || !out) throw new Error('usage: import-field-numbers API APIMACHINERY OUT');
const messages = readMessages([api, apimachinery]);
const table = JSON.parse(loadArtefact('table.json').toString()) as Record<string, TypeShape>;
const numbers: Record<string, string> = {};
for (const [schema, shape] of Object.entries(table)) {
  if (shape.gvk && shape.fields['items']) continue; // Lists are only read.
  if (messages.has(schema) && !/\.v\d+(alpha|beta)\d+\./.test(schema))
    numbers[schema] = numbersOf(schema, shape, messages);
}
writeFileSync(out, `${JSON.stringify(numbers, null, 2)}\n`);
console.log([...complaints, `${Object.keys(numbers).length} types`].join('\n'));
