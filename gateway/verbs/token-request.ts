/** POST serviceaccounts/token (authentication.k8s.io/v1 TokenRequest): `kubectl create token`. */
import { InvalidError } from '../../schemas/errors.js';
import { invalid } from '../../schemas/meta/field-errors.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ApiResponse } from '../api-request.js';
import { NotImplementedError } from '../http-errors.js';
import { decodeBody } from '../request-body.js';
import type { ResourceCall } from '../resource-call.js';
import { jsonResponse } from '../respond.js';
import { readEntry } from './get.js';
import { writeOptionsOf } from './write-options.js';

/** What a token is made for. */
export interface TokenSubject {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
}

export interface TokenIssuer {
  issue(subject: TokenSubject): { token: string; expiresAtMs: number; audiences: readonly string[] };
}

const SCHEMA = 'io.k8s.api.authentication.v1.TokenRequest';
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;

interface TokenRequest {
  metadata?: object;
  spec?: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { kind?: string; name?: string; uid?: string };
  };
}

function checkExpiry(seconds: number): void {
  const path = 'spec.expirationSeconds';
  const about = { group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' };
  if (seconds < SECONDS_MIN)
    throw new InvalidError(about, [invalid(path, seconds, 'may not specify a duration less than 10 minutes')]);
  if (seconds > SECONDS_MAX)
    throw new InvalidError(about, [invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')]);
}

export async function requestToken(call: ResourceCall): Promise<ApiResponse> {
  const { tokens } = call.parts;
  if (!tokens) throw new NotImplementedError('issuing tokens is not supported yet');
  const { fieldValidation } = writeOptionsOf(call.query, 'CreateOptions');
  const request = decodeBody(call.request, SCHEMA, fieldValidation).object as TokenRequest;
  const { audiences, expirationSeconds = 3600, boundObjectRef: bound } = request.spec ?? {};
  checkExpiry(expirationSeconds);
  const { name, uid } = await readEntry(call);
  const issued = tokens.issue({
    namespace: call.path.namespace as string,
    serviceAccount: { name, uid },
    ...(bound?.kind === 'Pod' && bound.name ? { pod: { name: bound.name, uid: bound.uid ?? '' } } : {}),
    ...(audiences?.length ? { audiences } : {}),
    expirationSeconds,
  });
  const metadata = { name, namespace: call.path.namespace, creationTimestamp: formatTime(call.parts.clock.now()) };
  const spec = { ...request.spec, audiences: issued.audiences, expirationSeconds };
  const status = { token: issued.token, expirationTimestamp: formatTime(issued.expiresAtMs) };
  return jsonResponse(201, { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata, spec, status });
}
