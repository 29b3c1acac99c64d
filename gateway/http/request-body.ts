/** Reads the body of a request, whole and bounded. */
import type { Readable } from 'node:stream';
import { RequestEntityTooLargeError } from '../http-errors.js';

const BODY_BYTES_MAX = 3 * 1024 * 1024;

export type BodyDone = (error: RequestEntityTooLargeError | undefined, body: Uint8Array | undefined) => void;

export function tooLargeError(): RequestEntityTooLargeError {
  return new RequestEntityTooLargeError(`limit is ${BODY_BYTES_MAX}`);
}

/** Whether the announced length alone is too much. */
export function announcesTooMuch(contentLength: string | undefined): boolean {
  return contentLength !== undefined && Number(contentLength) > BODY_BYTES_MAX;
}

/** Collects the chunks of one body. */
class Collected {
  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;
  length = 0;

  add(chunk: Buffer): void {
    this.length += chunk.length;
    if (!this.#first) this.#first = chunk;
    else if (this.#rest) this.#rest.push(chunk);
    else this.#rest = [this.#first, chunk];
  }

  get bytes(): Uint8Array | undefined {
    return this.#rest ? Buffer.concat(this.#rest, this.length) : this.#first;
  }
}

/** Calls back once; not at all if the client leaves before the end. Callbacks, not promises: this is on the path of every write. */
export function readBody(source: Readable, done: BodyDone): void {
  const collected = new Collected();
  let isRefused = false;
  source.on('data', (chunk: Buffer) => {
    if (isRefused) return;
    collected.add(chunk);
    if (collected.length <= BODY_BYTES_MAX) return;
    isRefused = true;
    done(tooLargeError(), undefined);
  });
  source.on('end', () => {
    if (!isRefused) done(undefined, collected.bytes);
  });
}
