/** POST pods/binding: an award to the node's bidder, by a scheduler that isn't ours. */
import { BadRequestError, type Status } from '../../schemas/errors.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import type { ApiResponse } from '../api-request.js';
import { NotImplementedError } from '../http-errors.js';
import { decodeBody } from '../request-body.js';
import type { ResourceCall } from '../resource-call.js';
import { jsonResponse } from '../respond.js';
import { readEntry } from './get.js';
import { checkReplacement } from './object-identity.js';
import { writeOptionsOf } from './write-options.js';

const SCHEMA = 'io.k8s.api.core.v1.Binding';
const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

export async function bind(call: ResourceCall): Promise<ApiResponse> {
  const { podBinder } = call.parts;
  if (!podBinder) throw new NotImplementedError('binding pods through the API is not supported yet');
  const { dryRun, fieldValidation } = writeOptionsOf(call.query, 'CreateOptions');
  const binding = decodeBody(call.request, SCHEMA, fieldValidation).object as KubeObject & {
    target?: { kind?: string; name?: string };
  };
  checkReplacement(call, binding);
  const { target = {} } = binding;
  if (target.kind && target.kind !== 'Node' && target.kind !== 'Minion') {
    throw new BadRequestError(
      `target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    );
  }
  if (!target.name) throw new BadRequestError('target.name: Required value');
  const pod = await readEntry(call);
  if (!dryRun) await podBinder.bind(pod, target.name, call.user);
  return jsonResponse(201, SUCCESS);
}
