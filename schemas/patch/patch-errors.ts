/** What a patch that doesn't apply is answered with, as kube-apiserver does. */
import { StatusError } from '../errors.js';

/** A well-formed patch that doesn't fit the object: 422. Kubernetes hides the detail; it is kept as `cause` for logs. */
export class UnprocessablePatchError extends StatusError {
  constructor(detail: string) {
    super(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
    this.cause = detail;
  }
}

export class PatchTooLargeError extends StatusError {
  constructor(message: string) {
    super(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
  }
}

/** A strategic merge patch that breaks its own rules in a way that Kubernetes answers with 500 and no reason. */
export class StrategicPatchError extends StatusError {
  constructor(message: string) {
    super(500, '', message);
  }
}
