/** Reads the API's types out of the declaration files of kubernetes-models, which name every type in full and carry its descriptions. Build step only. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ModelField {
  name: string;
  required: boolean;
  /** The TypeScript type, as text on one line. */
  type: string;
  description: string;
}

export interface Model {
  /** Full definition name, `io.k8s.api.apps.v1.Deployment`. */
  schema: string;
  description: string;
  /** Undefined for an alias of a scalar (Quantity, Time). */
  fields: ModelField[] | undefined;
  gvk?: { group: string; version: string; kind: string };
  /** The compiled validator, to import. */
  validator: string;
}

export interface Models {
  models: Map<string, Model>;
  /** From the names that declarations use for each other to full definition names. */
  names: Map<string, string>;
}

const prefixes: Record<string, string> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** Version folders that are served by default: stable ones. */
const isStable = (version: string) => /^v\d+$/.test(version);

/** All stable types, and apimachinery's. */
export function readModels(): Models {
  const built: Models = { models: new Map(), names: new Map() };
  const home = folderOf('kubernetes-models');
  readFolder(built, home, 'v1', 'io.k8s.api.core.v1');
  for (const group of foldersIn(home)) {
    if (group.startsWith('_') || group === 'v1') continue;
    const prefix = prefixes[group] ?? `io.k8s.api.${group.split('.')[0]}`;
    for (const version of foldersIn(join(home, group)).filter(isStable))
      readFolder(built, home, `${group}/${version}`, `${prefix}.${version}`);
  }
  readFolder(built, folderOf('@kubernetes-models/apimachinery'), '', 'io.k8s.apimachinery.pkg');
  return built;
}

const folderOf = (name: string) => fileURLToPath(new URL('.', import.meta.resolve(name)));
const foldersIn = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

function readFolder(into: Models, home: string, path: string, prefix: string): void {
  for (const entry of readdirSync(join(home, path), { withFileTypes: true })) {
    const inner = path ? `${path}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('_')) readFolder(into, home, inner, `${prefix}.${entry.name}`);
    } else if (entry.name.endsWith('.d.ts') && entry.name !== 'index.d.ts') {
      readModel(into, home, inner, `${prefix}.${entry.name.slice(0, -5)}`);
    }
  }
}

function readModel(into: Models, home: string, path: string, schema: string): void {
  const text = readFileSync(join(home, path), 'utf8');
  const exported = /^export type \{ (?:\w+ as (IIo\w+)), (?:\w+ as (Io\w+)) \};$/m.exec(text);
  if (!exported) return;
  const [, reference, mangled] = exported;
  into.names.set(reference!, schema);
  const model: Model = {
    schema,
    description: '',
    fields: undefined,
    validator: join(home, '_schemas', `${mangled}.js`),
  };
  const body = /^export interface (\w+)(?: extends TypeMeta)? \{\n([^]*?)^\}$/m.exec(text);
  model.description = descriptionBefore(text, body ? body.index : text.indexOf('export type'));
  if (body) model.fields = readFields(body[2]!, body[1]!, reference!);
  const literal = (name: string) => model.fields?.find((field) => field.name === name)?.type.match(/^"(.*)"$/)?.[1];
  const [apiVersion, kind] = [literal('apiVersion'), literal('kind')];
  if (apiVersion && kind) {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    model.gvk = { group: group!, version: version!, kind };
  }
  into.models.set(schema, model);
}

function readFields(body: string, self: string, reference: string): ModelField[] {
  const fields: ModelField[] = [];
  let comment: string[] = [];
  const lines = body.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^ {4}(\/\*\*| \*)/.test(line)) {
      if (!line.includes('/**') && !line.includes('*/')) comment.push(line.slice(6));
      continue;
    }
    const start = /^ {4}"([^"]+)"(\?)?: (.*)$/.exec(line);
    if (!start) continue;
    let type = start[3]!;
    while (!type.endsWith(';') || (type.includes('{') && !/\}>?;$/.test(type))) type += ` ${lines[++at]!.trim()}`;
    fields.push({
      name: start[1]!,
      required: !start[2],
      type: type.slice(0, -1).replaceAll(new RegExp(`\\b${self}\\b`, 'g'), reference),
      description: plain(comment),
    });
    comment = [];
  }
  return fields;
}

function descriptionBefore(text: string, end: number): string {
  const before = text.slice(0, Math.max(end, 0));
  if (!before.trimEnd().endsWith('*/')) return '';
  const lines = before.slice(before.lastIndexOf('/**')).trimEnd().split('\n').slice(1, -1);
  return plain(lines.map((line) => line.slice(2)));
}

/** A comment's lines as a description: without the stars, tags and escapes. */
function plain(lines: readonly string[]): string {
  return lines
    .map((line) => line.replace(/^ /, ''))
    .filter((line) => !/^@(deprecated|format|default|enum)\b/.test(line))
    .join('\n')
    .replaceAll('\\*', '*')
    .trim();
}
