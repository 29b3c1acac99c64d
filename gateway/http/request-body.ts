/** Reads the body of a request, whole and bounded. */
import type { Readable } from 'node:stream';
import { RequestEntityTooLargeError } from '../http-errors.js';

export const BODY_BYTES_MAX = 3 * 1024 * 1024;

export type BodyDone = (error: RequestEntityTooLargeError | undefined, body: Uint8Array | undefined) => void;

export function tooLargeError(): RequestEntityTooLargeError {
  return new RequestEntityTooLargeError(`limit is ${BODY_BYTES_MAX}`);
}

/** Whether the announced length alone is too much. */
export function announcesTooMuch(contentLength: string | undefined): boolean {
  return contentLength !== undefined && Number(contentLength) > BODY_BYTES_MAX;
}

/** Calls back once; not at all if the client leaves before the end. Callbacks, not promises: this is on the path of every write. */
export function readBody(source: Readable, done: BodyDone): void {
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let length = 0;
  let isRefused = false;
  source.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (isRefused) return;
    if (length > BODY_BYTES_MAX) {
      isRefused = true;
      done(tooLargeError(), undefined);
    } else if (!first) first = chunk;
    else if (rest) rest.push(chunk);
    else rest = [first, chunk];
  });
  source.on('end', () => {
    if (!isRefused) done(undefined, rest ? Buffer.concat(rest, length) : first);
  });
}
