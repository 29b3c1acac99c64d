/** The errors that may cross the bus and the API: each is a Kubernetes Status with the reason that Kubernetes gives it. */

export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** metav1.Status as it goes over the wire. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** Which resource an error is about, e.g. `{ group: 'apps', resource: 'deployments', name: 'web' }`. */
export interface About {
  group: string;
  resource: string;
  name: string;
}

/** Base of all errors that callers are meant to see. `code` is the HTTP status. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
    this.name = new.target.name;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }

  /** The error that a Status received from elsewhere stands for. */
  static fromStatus(status: Status): StatusError {
    return new StatusError(status.code ?? 500, status.reason ?? 'Unknown', status.message ?? '', status.details);
  }
}

const qualified = ({ resource, group }: About) => (group ? `${resource}.${group}` : resource);
const aboutDetails = ({ name, group, resource }: About): StatusDetails => ({
  name,
  ...(group ? { group } : {}),
  kind: resource,
});

export class BadRequestError extends StatusError {
  constructor(message: string, details?: StatusDetails) {
    super(400, 'BadRequest', message, details);
  }
}

export class UnauthorizedError extends StatusError {
  constructor(message = 'Unauthorized') {
    super(401, 'Unauthorized', message);
  }
}

export class ForbiddenError extends StatusError {
  constructor(about: About, why: string, causes?: StatusCause[]) {
    super(403, 'Forbidden', `${qualified(about)} ${JSON.stringify(about.name)} is forbidden: ${why}`, {
      ...aboutDetails(about),
      ...(causes ? { causes } : {}),
    });
  }
}

export class NotFoundError extends StatusError {
  constructor(about: About) {
    super(404, 'NotFound', `${qualified(about)} ${JSON.stringify(about.name)} not found`, aboutDetails(about));
  }
}

export class AlreadyExistsError extends StatusError {
  constructor(about: About) {
    super(
      409,
      'AlreadyExists',
      `${qualified(about)} ${JSON.stringify(about.name)} already exists`,
      aboutDetails(about),
    );
  }
}

export class ConflictError extends StatusError {
  constructor(
    about: About,
    why = 'the object has been modified; please apply your changes to the latest version and try again',
  ) {
    super(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(about)} ${JSON.stringify(about.name)}: ${why}`,
      aboutDetails(about),
    );
  }
}

/** A watch or continue token from before what the log still holds. */
export class GoneError extends StatusError {
  constructor(message: string) {
    super(410, 'Expired', message);
  }
}

/** One violated rule of an object, in Kubernetes' form. */
export interface FieldError {
  /** FieldValueRequired, FieldValueInvalid, FieldValueNotSupported, FieldValueDuplicate, FieldValueForbidden, FieldValueTooLong, FieldValueTooMany, FieldValueTypeInvalid, FieldValueNotFound */
  reason: string;
  /** Path as Kubernetes writes it: `spec.containers[0].image`. */
  field: string;
  /** Without the path: `Required value`, `Invalid value: "x": must be …`. */
  message: string;
}

export class InvalidError extends StatusError {
  constructor(about: { group: string; kind: string; name: string | undefined }, errors: readonly FieldError[]) {
    const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
    const kind = about.group ? `${about.kind}.${about.group}` : about.kind;
    const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
    const name = about.name ?? ''; // Absent in an object that was refused for it.
    super(422, 'Invalid', `${kind} ${JSON.stringify(name)} is invalid: ${list}`, {
      ...(name ? { name } : {}),
      ...(about.group ? { group: about.group } : {}),
      kind: about.kind,
      causes: errors.map(({ reason, field, message }) => ({ reason, message, field })),
    });
  }
}

export class TooManyRequestsError extends StatusError {
  constructor(message: string, retryAfterSeconds = 1, causes?: StatusCause[]) {
    super(429, 'TooManyRequests', message, { retryAfterSeconds, ...(causes ? { causes } : {}) });
  }
}

export class InternalError extends StatusError {
  constructor(message: string) {
    super(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: '', message }] });
  }
}

export class ServiceUnavailableError extends StatusError {
  constructor(message: string, retryAfterSeconds = 1) {
    super(503, 'ServiceUnavailable', message, { retryAfterSeconds });
  }
}

/** The outcome is not known: it may or may not have happened. Never reported as a failure of the request. */
export class TimeoutError extends StatusError {
  constructor(message: string, details: StatusDetails = {}) {
    super(504, 'Timeout', message, details);
  }
}
