/** Bodies that clients keep: with an ETag, and 304 where they have it already. */
import { createHash } from 'node:crypto';
import type { ApiRequest, ApiResponse, ResponseHeaders } from '../api-request.js';
import { bytesResponse, JSON_TYPE } from '../respond.js';

const NOTHING = new Uint8Array(0);

export class Etagged {
  readonly etag: string;

  constructor(readonly bytes: Uint8Array) {
    this.etag = `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"`;
  }
}

/** Whether the client has what the ETag stands for. */
export function isUnchanged(request: ApiRequest, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return typeof known === 'string' && known.split(',').some((part) => part.trim().replace(/^W\//, '') === etag);
}

export function cachedResponse(
  request: ApiRequest,
  { bytes, etag }: Pick<Etagged, 'bytes' | 'etag'>,
  type = JSON_TYPE,
  headers: ResponseHeaders = {},
): ApiResponse {
  if (isUnchanged(request, etag)) return { status: 304, headers: { etag, ...headers }, body: NOTHING };
  return bytesResponse(200, bytes, type, { etag, ...headers });
}
