/** DELETE of one object. */
import type { Status } from '../../schemas/errors.js';
import type { Written } from '../../schemas/messages/resource.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { keyOfCall, type ResourceCall } from '../resource-call.js';
import { withWarnings } from '../respond.js';
import { deleteMessageOf } from './delete-options.js';
import { negotiateWrite, writtenResponse } from './written-response.js';

function successStatus({ definition, path }: ResourceCall, { stored }: Written): Status {
  const { group, plural } = definition;
  const details = {
    name: path.name as string,
    ...(group ? { group } : {}),
    kind: plural,
    uid: stored.object.metadata.uid,
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** The object while grace or finalizers hold it; a Status with its uid once it is gone. */
export async function deleteOne(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiateWrite(call);
  const message = deleteMessageOf(call);
  const written = await call.client.delete(call.definition.type, keyOfCall(call), message);
  if (written.result === 'terminating' || written.result === 'unchanged')
    return writtenResponse(call, 200, written, negotiated);
  const status = Buffer.from(`${JSON.stringify(successStatus(call, written))}\n`);
  return withWarnings(await encoded(200, status, { ...negotiated, shape: 'object' }), written.warnings);
}
