/** Answers to writes. */
import type { Written } from '../../schemas/messages/resource.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { type Negotiated, negotiate } from '../negotiation.js';
import type { ResourceCall } from '../resource-call.js';
import { bytesResponse, withWarnings } from '../respond.js';
import { shaped } from './get.js';

/** Before the write: a client that can't be answered must not have written. Throws NotAcceptableError. */
export function negotiateWrite(call: ResourceCall): Negotiated {
  return negotiate(call.request, call.query.get('pretty'), ['object', 'table', 'partial']);
}

/** The object as it is stored now, in the negotiated shape. */
export function writtenResponse(
  call: ResourceCall,
  status: number,
  { stored, warnings }: Written,
  negotiated: Negotiated,
  decodeWarnings: readonly string[] = [],
): ApiResponse | Promise<ApiResponse> {
  const all = decodeWarnings.length > 0 ? [...decodeWarnings, ...warnings] : warnings;
  if (negotiated.shape === 'object' && negotiated.encoding === 'json' && !negotiated.pretty) {
    return withWarnings(bytesResponse(status, stored.bytes), all);
  }
  return encoded(status, shaped(call, stored, negotiated), negotiated).then((response) => withWarnings(response, all));
}
