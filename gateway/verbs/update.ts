/** PUT of an object or one of its subresources. */
import type { Draft } from '../../runtime/admission/resource-client.js';
import { InvalidError } from '../../schemas/errors.js';
import type { Preconditions, WriteTarget } from '../../schemas/messages/resource.js';
import { invalid } from '../../schemas/meta/field-errors.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import type { ApiResponse } from '../api-request.js';
import { decodeBody } from '../request-body.js';
import type { ResourceCall } from '../resource-call.js';
import { checkReplacement } from './object-identity.js';
import { writeOptionsOf } from './write-options.js';
import { negotiateWrite, writtenResponse } from './written-response.js';

/** What the client's copy says the stored object must be. '0' is as good as nothing, as in Kubernetes. */
export function preconditionsOf({ metadata }: Draft): Preconditions {
  const preconditions: Preconditions = {};
  if (metadata.uid) preconditions.uid = metadata.uid;
  if (metadata.resourceVersion && metadata.resourceVersion !== '0')
    preconditions.resourceVersion = metadata.resourceVersion;
  return preconditions;
}

function checkVersion(call: ResourceCall, { resourceVersion }: Preconditions, target: WriteTarget): void {
  const { definition, path } = call;
  if (resourceVersion !== undefined) {
    if (/^[1-9]\d*$/.test(resourceVersion)) return;
    const why = 'must be an unsigned integer';
    throw new InvalidError({ ...definition, name: path.name as string }, [
      invalid('metadata.resourceVersion', resourceVersion, why),
    ]);
  }
  if (!definition.requiresResourceVersionOnUpdate || (definition.createOnUpdate && target === '')) return;
  throw new InvalidError({ ...definition, name: path.name as string }, [
    invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
  ]);
}

/** PUT with a write target of the resource actor. */
export async function updateAs(call: ResourceCall, target: WriteTarget): Promise<ApiResponse> {
  const negotiated = negotiateWrite(call);
  const options = writeOptionsOf(call.query, 'UpdateOptions');
  const decoded = decodeBody(call.request, call.definition.schema, options.fieldValidation);
  const object = decoded.object as KubeObject;
  checkReplacement(call, object);
  const preconditions = preconditionsOf(object);
  checkVersion(call, preconditions, target);
  const mayCreate = call.definition.createOnUpdate && target === '' && preconditions.resourceVersion === undefined;
  const written = await call.client.replace(call.definition.type, object, {
    ...options,
    target,
    preconditions,
    ...(mayCreate && preconditions.uid === undefined ? { createUid: call.parts.random.uuid() } : {}),
  });
  return writtenResponse(call, written.result === 'created' ? 201 : 200, written, negotiated, decoded.warnings);
}

export const update = (call: ResourceCall) => updateAs(call, '');
