/** What may be asked of the kinds of one group-version: paths and operations, before they are written in a dialect. Build step only. */
import type { KindDefinition } from '../../kinds/kind.js';
import type { Table } from './document-schemas.js';

export type ServedKind = Pick<
  KindDefinition,
  'group' | 'version' | 'kind' | 'listKind' | 'plural' | 'namespaced' | 'verbs' | 'subresources' | 'schema'
>;

export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  action: string;
  id: string;
  gvk: { group: string; version: string; kind: string };
  query: readonly string[];
  /** Definition name of the body; `patch` bodies are `Patch`. */
  body?: string;
  /** Definition name of the answer; absent where it is not an object (logs, streams). */
  answer?: string;
}

export interface PathItem {
  path: string;
  /** `namespace` and `name`, as far as they are in the path. */
  inPath: readonly string[];
  operations: readonly Operation[];
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const listQuery = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const writeQuery = ['dryRun', 'fieldManager', 'fieldValidation'];
const deleteQuery = ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'];

export function rootOf({ group, version }: { group: string; version: string }): string {
  return group ? `/apis/${group}/${version}` : `/api/${version}`;
}

/** All paths of a kind: collection, all namespaces' collection, object, subresources. */
export function pathsOf(kind: ServedKind, table: Table): PathItem[] {
  const root = rootOf(kind);
  const scoped = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const inScope = kind.namespaced ? ['namespace'] : [];
  const paths: PathItem[] = [{ path: scoped, inPath: inScope, operations: collectionOperations(kind) }];
  if (kind.namespaced && kind.verbs.includes('list'))
    paths.push({ path: `${root}/${kind.plural}`, inPath: [], operations: [listOperation(kind, 'ForAllNamespaces')] });
  const inPath = [...inScope, 'name'];
  const operations = objectOperations(kind);
  if (operations.length) paths.push({ path: `${scoped}/{name}`, inPath, operations });
  for (const subresource of kind.subresources) {
    const path = `${scoped}/{name}/${subresource.name}`;
    paths.push({ path, inPath, operations: subresourceOperations(kind, subresource, table) });
  }
  return paths.filter((item) => item.operations.length > 0);
}

const pascal = (text: string) =>
  text.replace(/(^|[^a-zA-Z0-9])([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

function idOf(verb: string, kind: ServedKind, suffix = ''): string {
  const group = pascal(kind.group.split('.')[0] || 'core');
  return `${verb}${group}${pascal(kind.version)}${kind.namespaced && suffix !== 'ForAllNamespaces' ? 'Namespaced' : ''}${kind.kind}${suffix}`;
}

const gvkOf = ({ group, version, kind }: ServedKind) => ({ group, version, kind });

function listOperation(kind: ServedKind, suffix = ''): Operation {
  const answer = kind.schema.slice(0, kind.schema.lastIndexOf('.') + 1) + kind.listKind;
  return { method: 'get', action: 'list', id: idOf('list', kind, suffix), gvk: gvkOf(kind), query: listQuery, answer };
}

function collectionOperations(kind: ServedKind): Operation[] {
  const { schema } = kind;
  const gvk = gvkOf(kind);
  const able = (verb: string) => kind.verbs.includes(verb);
  return [
    ...(able('list') ? [listOperation(kind)] : []),
    ...(able('create')
      ? [
          {
            method: 'post',
            action: 'post',
            id: idOf('create', kind),
            gvk,
            query: writeQuery,
            body: schema,
            answer: schema,
          } as const,
        ]
      : []),
    ...(able('deletecollection')
      ? [
          {
            method: 'delete',
            action: 'deletecollection',
            id: idOf('deleteCollection', kind),
            gvk,
            query: [...new Set([...listQuery, ...deleteQuery])].filter((name) => !/watch/i.test(name)),
            body: `${meta}.DeleteOptions`,
            answer: `${meta}.Status`,
          } as const,
        ]
      : []),
  ];
}

function objectOperations(kind: ServedKind): Operation[] {
  const able = (verb: string) => kind.verbs.includes(verb);
  const operations = readAndWrite(kind, able, gvkOf(kind), kind.schema, '');
  if (able('delete'))
    operations.push({
      method: 'delete',
      action: 'delete',
      id: idOf('delete', kind),
      gvk: gvkOf(kind),
      query: deleteQuery,
      body: `${meta}.DeleteOptions`,
      answer: `${meta}.Status`,
    });
  return operations;
}

function readAndWrite(
  kind: ServedKind,
  able: (verb: string) => boolean,
  gvk: Operation['gvk'],
  schema: string,
  suffix: string,
): Operation[] {
  const common = { gvk, answer: schema };
  return [
    ...(able('get')
      ? [{ ...common, method: 'get', action: 'get', id: idOf('read', kind, suffix), query: [] } as const]
      : []),
    ...(able('update')
      ? [
          {
            ...common,
            method: 'put',
            action: 'put',
            id: idOf('replace', kind, suffix),
            query: writeQuery,
            body: schema,
          } as const,
        ]
      : []),
    ...(able('patch')
      ? [
          {
            ...common,
            method: 'patch',
            action: 'patch',
            id: idOf('patch', kind, suffix),
            query: [...writeQuery, 'force'],
            body: `${meta}.Patch`,
          } as const,
        ]
      : []),
  ];
}

function subresourceOperations(
  kind: ServedKind,
  sub: KindDefinition['subresources'][number],
  table: Table,
): Operation[] {
  const gvk = { group: sub.group ?? kind.group, version: sub.version ?? kind.version, kind: sub.kind };
  const schema = schemaOf(gvk, table);
  const able = (verb: string) => sub.verbs.includes(verb);
  const suffix = pascal(sub.name);
  const isStream = /^(log|exec|attach|portforward|proxy)$/.test(sub.name);
  if (isStream || !schema) {
    const stream = { gvk, query: [], action: 'connect' } as const;
    return [
      ...(able('get') ? [{ ...stream, method: 'get', id: idOf('connectGet', kind, suffix) } as const] : []),
      ...(able('create') ? [{ ...stream, method: 'post', id: idOf('connectPost', kind, suffix) } as const] : []),
    ];
  }
  const operations = readAndWrite(kind, able, gvk, schema, suffix);
  if (able('create'))
    operations.push({
      method: 'post',
      action: 'post',
      id: idOf('create', kind, suffix),
      gvk,
      query: writeQuery,
      body: schema,
      answer: schema,
    });
  return operations;
}

function schemaOf(gvk: Operation['gvk'], table: Table): string | undefined {
  return Object.keys(table).find((name) => {
    const of = table[name]!.gvk;
    return of && of.kind === gvk.kind && of.group === gvk.group && of.version === gvk.version;
  });
}
