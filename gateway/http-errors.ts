/** Refusals that only HTTP knows. */
import { StatusError } from '../schemas/errors.js';

/** A path that names nothing that is served. */
export class UnknownPathError extends StatusError {
  constructor() {
    super(404, 'NotFound', 'the server could not find the requested resource', {});
  }
}

export class MethodNotAllowedError extends StatusError {
  constructor() {
    super(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
  }
}

export class NotAcceptableError extends StatusError {
  constructor(accepted: readonly string[]) {
    super(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
  }
}

export class UnsupportedMediaTypeError extends StatusError {
  constructor(accepted: readonly string[]) {
    super(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    );
  }
}

export class RequestEntityTooLargeError extends StatusError {
  constructor(why: string) {
    super(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`);
  }
}

export class NotImplementedError extends StatusError {
  constructor(message: string) {
    super(501, 'NotImplemented', message);
  }
}
