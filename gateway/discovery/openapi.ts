/** OpenAPI documents, served as the build wrote them: gzipped. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type OpenApiDocument, openApiDocument, openApiIndex } from '../../schemas/openapi/documents.js';
import type { ApiRequest, ApiResponse, ResponseHeaders } from '../api-request.js';
import { NotAcceptableError, UnknownPathError } from '../http-errors.js';
import { mediaRanges } from '../negotiation.js';
import type { Query } from '../query.js';
import { bytesResponse, JSON_TYPE, jsonResponse } from '../respond.js';
import { isUnchanged } from './etagged.js';

const unpack = promisify(gunzip);
const NOTHING = new Uint8Array(0);

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
): Promise<ApiResponse> {
  const etag = `"${document.hash}"`;
  const headers: ResponseHeaders = { etag, vary: 'Accept-Encoding, Accept', ...more };
  if (isUnchanged(request, etag)) return { status: 304, headers, body: NOTHING };
  const { 'accept-encoding': encodings } = request.headers;
  if (typeof encodings === 'string' && encodings.includes('gzip')) {
    return bytesResponse(200, document.gzipped, JSON_TYPE, { ...headers, 'content-encoding': 'gzip' });
  }
  return bytesResponse(200, await unpack(document.gzipped), JSON_TYPE, headers);
}

export async function openApiV2(request: ApiRequest): Promise<ApiResponse> {
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
  const document = path === 'v2' ? undefined : openApiDocument(path);
  if (!document) throw new UnknownPathError();
  const hash = query.get('hash');
  if (hash === '') return documentResponse(request, document, {});
  if (hash !== document.hash) {
    const location = `/openapi/v3/${path}?hash=${document.hash}`;
    return { status: 301, headers: { location }, body: NOTHING };
  }
  return documentResponse(request, document, { 'cache-control': 'public, immutable' });
}
