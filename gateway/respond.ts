/** Building answers. */
import { InternalError, type Status, StatusError } from '../schemas/errors.js';
import type { ApiResponse, BodyResponse, ResponseHeaders } from './api-request.js';

export const JSON_TYPE = 'application/json';

/** Where a body may be cut: http2 counts queued output per session, so that long bodies go out piece by piece. */
export const CHUNK_BYTES = 64 * 1024;

/** An answer whose bytes are ready. */
export function bytesResponse(
  status: number,
  body: Uint8Array | readonly Uint8Array[],
  contentType = JSON_TYPE,
  headers?: ResponseHeaders,
): BodyResponse {
  return {
    status,
    headers: headers ? { 'content-type': contentType, ...headers } : { 'content-type': contentType },
    body,
  };
}

export function jsonResponse(status: number, value: unknown, headers?: ResponseHeaders): BodyResponse {
  return bytesResponse(status, Buffer.from(`${JSON.stringify(value)}\n`), JSON_TYPE, headers);
}

export function textResponse(status: number, text: string): BodyResponse {
  return bytesResponse(status, Buffer.from(text), 'text/plain; charset=utf-8', { 'x-content-type-options': 'nosniff' });
}

/** Kubernetes' answer to any error; what isn't a StatusError is an internal error, whose text is not shown. */
export function errorResponse(error: unknown): BodyResponse {
  const status: Status =
    error instanceof StatusError ? error.toStatus() : new InternalError('unexpected error').toStatus();
  const headers: ResponseHeaders = {};
  if (status.details?.retryAfterSeconds) headers['retry-after'] = String(status.details.retryAfterSeconds);
  return jsonResponse(status.code ?? 500, status, headers);
}

/** `Warning: 299 - "text"`, one header each. */
export function withWarnings<R extends ApiResponse>(response: R, warnings: readonly string[]): R {
  if (warnings.length === 0) return response;
  const lines = [...new Set(warnings)].slice(0, 64).map((text) => `299 - ${quotedString(text)}`);
  return { ...response, headers: { ...response.headers, warning: lines } };
}

function quotedString(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 4096);
  return `"${printable.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Copies pieces into chunks of about 64 kB; a piece larger than that is a chunk of its own. */
export class ChunkWriter {
  readonly #chunks: Uint8Array[] = [];
  #open: Buffer | undefined;
  #used = 0;

  add(piece: Uint8Array): void {
    if (piece.length > CHUNK_BYTES / 4) {
      this.#seal();
      for (let at = 0; at < piece.length; at += CHUNK_BYTES) this.#chunks.push(piece.subarray(at, at + CHUNK_BYTES));
      return;
    }
    if (!this.#open || this.#used + piece.length > CHUNK_BYTES) this.#begin();
    (this.#open as Buffer).set(piece, this.#used);
    this.#used += piece.length;
  }

  addText(text: string): void {
    this.add(Buffer.from(text));
  }

  #begin(): void {
    this.#seal();
    this.#open = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#used = 0;
  }

  #seal(): void {
    if (this.#open && this.#used > 0) this.#chunks.push(this.#open.subarray(0, this.#used));
    this.#open = undefined;
  }

  /** The chunks; nothing may be added afterwards. */
  end(): readonly Uint8Array[] {
    this.#seal();
    return this.#chunks;
  }
}
