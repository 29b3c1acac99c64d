/** OpenAPI documents, served as the build wrote them: gzipped. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isV2, type OpenApiDocument, openApiDocument, openApiIndex } from '../../schemas/openapi/documents.js';
import type { ApiRequest, ApiResponse, ResponseHeaders } from '../api-request.js';
import { NotAcceptableError, UnknownPathError } from '../http-errors.js';
import { mediaRanges } from '../negotiation.js';
import type { Query } from '../query.js';
import { bytesResponse, JSON_TYPE, jsonResponse } from '../respond.js';
import { isUnchanged } from './etagged.js';

const unpack = promisify(gunzip);
const NOTHING = new Uint8Array(0);
/** What clients ask for, and what the answer is called: the same but for one sign. */
const V2_PROTOBUF_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const V2_PROTOBUF = V2_PROTOBUF_ASKED.replace('@', '.');

/** Old clients ask for protobuf alone: 406 makes them go on without. */
function checkAccept({ headers: { accept } }: ApiRequest): void {
  if (typeof accept !== 'string' || accept === '') return;
  if (mediaRanges(accept).some(({ type }) => type === JSON_TYPE || type === '*/*' || type === 'application/*')) return;
  throw new NotAcceptableError([JSON_TYPE]);
}

async function documentResponse(
  request: ApiRequest,
  document: OpenApiDocument,
  more: ResponseHeaders,
  type = JSON_TYPE,
): Promise<ApiResponse> {
  const etag = `"${document.hash}"`;
  const headers: ResponseHeaders = { etag, vary: 'Accept-Encoding, Accept', ...more };
  if (isUnchanged(request, etag)) return { status: 304, headers, body: NOTHING };
  const { 'accept-encoding': encodings } = request.headers;
  if (typeof encodings === 'string' && encodings.includes('gzip')) {
    return bytesResponse(200, document.gzipped, type, { ...headers, 'content-encoding': 'gzip' });
  }
  return bytesResponse(200, await unpack(document.gzipped), type, headers);
}

/** Protobuf for who prefers it: kubectl checks a `kind: List` against this one, and takes nothing else. */
export async function openApiV2(request: ApiRequest): Promise<ApiResponse> {
  const { accept } = request.headers;
  const types = typeof accept === 'string' ? mediaRanges(accept).map(({ type }) => type) : [];
  const protobuf =
    types.some((type) => type === V2_PROTOBUF_ASKED || type === V2_PROTOBUF) && openApiDocument('v2.protobuf');
  if (protobuf) return documentResponse(request, protobuf, {}, V2_PROTOBUF);
  checkAccept(request);
  const document = openApiDocument('v2');
  if (!document) throw new UnknownPathError();
  return documentResponse(request, document, {});
}

export function openApiV3Index(request: ApiRequest): ApiResponse {
  checkAccept(request);
  return jsonResponse(200, openApiIndex());
}

/** `path` is what follows `/openapi/v3/`. A document under its hash never changes; an old hash is sent on to the new one. */
export async function openApiV3(request: ApiRequest, path: string, query: Query): Promise<ApiResponse> {
  checkAccept(request);
  const document = isV2(path) ? undefined : openApiDocument(path);
  if (!document) throw new UnknownPathError();
  const hash = query.get('hash');
  if (hash === '') return documentResponse(request, document, {});
  if (hash !== document.hash) {
    const location = `/openapi/v3/${path}?hash=${document.hash}`;
    return { status: 301, headers: { location }, body: NOTHING };
  }
  return documentResponse(request, document, { 'cache-control': 'public, immutable' });
}
