/** Sends long bodies: piece by piece as the client takes them, gzipped where that was asked for. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { CHUNK_BYTES } from '../respond.js';

/** As in Kubernetes: less isn't worth the time. */
const GZIP_BYTES_MIN = 128 * 1024;

export function byteLength(body: Uint8Array | readonly Uint8Array[]): number {
  if (body instanceof Uint8Array) return body.length;
  let length = 0;
  for (const chunk of body) length += chunk.length;
  return length;
}

export function wantsGzip(
  acceptEncoding: unknown,
  length: number,
  headers: Readonly<Record<string, unknown>>,
): boolean {
  if (length < GZIP_BYTES_MIN || headers['content-encoding'] !== undefined) return false;
  return typeof acceptEncoding === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(acceptEncoding);
}

function* chunksOf(body: Uint8Array | readonly Uint8Array[]): Generator<Uint8Array> {
  if (!(body instanceof Uint8Array)) yield* body;
  else for (let at = 0; at < body.length; at += CHUNK_BYTES) yield body.subarray(at, at + CHUNK_BYTES);
}

/** Resolves when all is written or the client has left. Never rejects. */
export async function sendChunks(target: Writable, body: Uint8Array | readonly Uint8Array[]): Promise<void> {
  await pipeline(Readable.from(chunksOf(body), { objectMode: true, highWaterMark: 1 }), target).catch(() => undefined);
}

/** The same through gzip, level 1, off the main thread. */
export async function sendGzipped(target: Writable, body: Uint8Array | readonly Uint8Array[]): Promise<void> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: CHUNK_BYTES });
  const source = Readable.from(chunksOf(body), { objectMode: true, highWaterMark: 1 });
  await pipeline(source, gzip, target).catch(() => undefined);
}
