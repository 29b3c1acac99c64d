/** POST pods/eviction (policy/v1): a delete that disruption budgets may refuse. */
import type { Status } from '../../schemas/errors.js';
import type { ApiResponse } from '../api-request.js';
import { decodeBody } from '../request-body.js';
import { keyOfCall, type ResourceCall } from '../resource-call.js';
import { jsonResponse } from '../respond.js';
import { type DeleteOptions, messageOf } from './delete-options.js';
import { checkReplacement } from './object-identity.js';
import { writeOptionsOf } from './write-options.js';
import type { KubeObject } from '../../schemas/meta/object.js';

const SCHEMA = 'io.k8s.api.policy.v1.Eviction';
const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

export async function evict(call: ResourceCall): Promise<ApiResponse> {
  const { dryRun, fieldValidation } = writeOptionsOf(call.query, 'CreateOptions');
  const eviction = decodeBody(call.request, SCHEMA, fieldValidation).object as KubeObject & {
    deleteOptions?: DeleteOptions;
  };
  checkReplacement(call, eviction);
  const { preconditions, gracePeriodSeconds, dryRun: isDry } = messageOf(eviction.deleteOptions ?? {});
  await call.client.evict(keyOfCall(call), {
    preconditions,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    dryRun: dryRun || isDry === true,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  });
  return jsonResponse(201, SUCCESS);
}
