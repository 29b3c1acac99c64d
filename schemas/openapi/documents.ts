/** The OpenAPI documents for clients: read from the build's files when asked for, and held nowhere. */
import { loadArtefact } from './load.js';

/** Written by the build step: by path, `v2`, `v2.protobuf`, `api/v1`, `apis/apps/v1`. */
export type DocumentList = Record<string, { file: string; hash: string; size: number }>;

export interface OpenApiDocument {
  /** JSON (v2.protobuf: protobuf), gzipped. */
  gzipped: Buffer;
  /** Of the document; changes exactly when it does. For ETag and `?hash=`. */
  hash: string;
  /** Bytes when unpacked. */
  size: number;
}

let list: DocumentList | undefined;
const documents = (): DocumentList => (list ??= JSON.parse(loadArtefact('documents.json').toString()) as DocumentList);

/** The answer to `GET /openapi/v3`. A document under its `hash` may be cached forever. */
export function openApiIndex(): { paths: Record<string, { serverRelativeURL: string }> } {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const [path, { hash }] of Object.entries(documents()))
    if (!isV2(path)) paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  return { paths };
}

/** Whether this is the document of all groups, which is not among those of v3. */
export function isV2(path: string): boolean {
  return path === 'v2' || path === 'v2.protobuf';
}

/** `path` is what follows `/openapi/v3/` (`apis/apps/v1`), `v2` or `v2.protobuf`. Undefined if there is none. Takes about a millisecond. */
export function openApiDocument(path: string): OpenApiDocument | undefined {
  const known = Object.hasOwn(documents(), path) ? documents()[path] : undefined;
  return known && { gzipped: loadArtefact(known.file), hash: known.hash, size: known.size };
}
