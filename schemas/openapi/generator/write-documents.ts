/** Writes the ready documents, gzipped, and the list of them that documents.ts reads. Build step only. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DocumentList } from '../documents.js';
import { type PathItem, pathsOf, rootOf, type ServedKind } from './document-operations.js';
import { pathItem } from './document-paths.js';
import { documentProtobuf } from './document-protobuf.js';
import { definitionsOf, type Dialect, type Json, type Table } from './document-schemas.js';
import type { Models } from './read-models.js';

const info = { title: 'Kubernetes', version: 'v1.36.0' };
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** One v3 document per group-version, and v2. `kinds` are those that are served. */
export function writeDocuments(out: string, kinds: readonly ServedKind[], table: Table, models: Models): void {
  const list: DocumentList = {};
  const save = (path: string, suffix: string, content: Buffer) => {
    const file = `openapi-${path.replaceAll('/', '-')}.${suffix}.gz`;
    writeFileSync(join(out, file), gzipSync(content, { level: 9 }));
    list[path] = { file, hash: createHash('sha512').update(content).digest('hex').toUpperCase(), size: content.length };
  };
  const saveJson = (path: string, document: Json) => save(path, 'json', Buffer.from(JSON.stringify(document)));
  for (const [path, served] of Map.groupBy(kinds, (kind) => rootOf(kind).slice(1)))
    saveJson(path, { openapi: '3.0.0', info, ...contents(served, table, models, 3) });
  const v2 = { swagger: '2.0', info, ...contents(kinds, table, models, 2) };
  saveJson('v2', v2);
  save('v2.protobuf', 'pb', documentProtobuf(v2));
  writeFileSync(join(out, 'documents.json'), JSON.stringify(list));
}

function contents(kinds: readonly ServedKind[], table: Table, models: Models, dialect: Dialect): Json {
  const items = kinds.flatMap((kind) => pathsOf(kind, table)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const definitions = definitionsOf(typesIn(items, kinds), table, models, dialect);
  const paths = Object.fromEntries(items.map((item) => [item.path, pathItem(item, dialect)]));
  return dialect === 3 ? { paths, components: { schemas: definitions } } : { paths, definitions };
}

function typesIn(items: readonly PathItem[], kinds: readonly ServedKind[]): Set<string> {
  const mentioned = items.flatMap((item) => item.operations.flatMap(({ body, answer }) => [body, answer]));
  const types = new Set(mentioned.filter((name) => name !== undefined));
  for (const kind of kinds) types.add(kind.schema);
  return types.add(`${meta}.WatchEvent`).add(`${meta}.APIResourceList`);
}
