/** POST of an object: decode, place, admit and commit (by the client), answer with the committed bytes. */
import { StatusError } from '../../schemas/errors.js';
import type { Draft } from '../../runtime/admission/resource-client.js';
import type { ApiResponse } from '../api-request.js';
import { decodeBody } from '../request-body.js';
import type { ResourceCall } from '../resource-call.js';
import { placeNewObject } from './object-identity.js';
import { writeOptionsOf } from './write-options.js';
import { negotiateWrite, writtenResponse } from './written-response.js';

export async function create(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiateWrite(call);
  const options = writeOptionsOf(call.query, 'CreateOptions');
  const decoded = decodeBody(call.request, call.definition.schema, options.fieldValidation);
  const draft = decoded.object as Draft;
  placeNewObject(call, draft);
  const { resourceVersion } = draft.metadata;
  if (resourceVersion && resourceVersion !== '0')
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  const written = await call.client.create(call.definition.type, draft, options);
  return writtenResponse(call, 201, written, negotiated, decoded.warnings);
}
