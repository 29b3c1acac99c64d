/** Where a paged list goes on: opaque to clients. */
import { BadRequestError, StatusError } from '../../schemas/errors.js';
import type { ObjectKey } from '../../schemas/meta/object.js';

export interface ContinueToken {
  /** The list's resourceVersion; '-1' to go on in whatever is newest. */
  readonly resourceVersion: string;
  /** The last key that was given out. */
  readonly after: ObjectKey;
}

const VERSION = 'meta.k8s.io/v1';

export function encodeContinue({ resourceVersion, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: resourceVersion, start: after })).toString('base64url');
}

/** Throws BadRequestError. */
export function decodeContinue(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      v?: unknown;
      rv?: unknown;
      start?: unknown;
    };
    if (token.v === VERSION && typeof token.rv === 'string' && typeof token.start === 'string') {
      return { resourceVersion: token.rv, after: token.start };
    }
  } catch {
    // Said below.
  }
  throw new BadRequestError('continue key is not valid: the token was not issued by this server');
}

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, ' +
  'or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an ' +
  'inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** 410 with a token that goes on, inconsistently, from the same key. */
export class ContinueExpiredError extends StatusError {
  readonly #next: string;

  constructor(after: ObjectKey) {
    super(410, 'Expired', EXPIRED);
    this.#next = encodeContinue({ resourceVersion: '-1', after });
  }

  override toStatus() {
    return { ...super.toStatus(), metadata: { continue: this.#next } };
  }
}
