/** PATCH: the body goes to the object's actor, which merges. */
import { BadRequestError } from '../../schemas/errors.js';
import type { Patch, WriteTarget } from '../../schemas/messages/resource.js';
import { parseSlowly } from '../../schemas/openapi/slow-json.js';
import { JSON_PATCH_OPERATIONS_MAX } from '../../schemas/patch/json-patch.js';
import type { ApiRequest, ApiResponse } from '../api-request.js';
import { RequestEntityTooLargeError, UnsupportedMediaTypeError } from '../http-errors.js';
import { mediaTypeOf } from '../request-body.js';
import { keyOfCall, type ResourceCall } from '../resource-call.js';
import { writeOptionsOf } from './write-options.js';
import { negotiateWrite, writtenResponse } from './written-response.js';

export type PatchType = Patch['patchType'];

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

const APPLY = ['application/apply-patch+yaml', 'application/apply-patch+cbor'];

/** A patch of more may be too deep to merge, which the slow parser knows. */
const BRACKETS_MAX = 1000;

class ApplyUnsupportedError extends UnsupportedMediaTypeError {
  constructor(accepted: readonly string[]) {
    super(accepted);
    this.message = `server-side apply is not supported yet; ${this.message}`;
  }
}

function parsed(request: ApiRequest): unknown {
  const { body } = request;
  const text = body ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString() : '';
  if (text.split(/[[{]/, BRACKETS_MAX).length === BRACKETS_MAX) parsedInWords(text);
  try {
    return JSON.parse(text);
  } catch {
    return parsedInWords(text);
  }
}

/** Of what JSON.parse refused: says why as Kubernetes does. */
function parsedInWords(text: string): unknown {
  try {
    return parseSlowly(text).value;
  } catch (error) {
    throw new BadRequestError(`error decoding patch: ${(error as Error).message}`);
  }
}

function checkShape(patchType: PatchType, patch: unknown): void {
  if (patchType !== 'json') {
    if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return;
    throw new BadRequestError(
      'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}',
    );
  }
  if (!Array.isArray(patch)) {
    throw new BadRequestError(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (patch.length > JSON_PATCH_OPERATIONS_MAX) {
    const max = JSON_PATCH_OPERATIONS_MAX;
    throw new RequestEntityTooLargeError(
      `The allowed maximum operations in a JSON patch is ${max}, got ${patch.length}`,
    );
  }
}

/** The patch of a request. Throws UnsupportedMediaTypeError, BadRequestError, RequestEntityTooLargeError. */
export function readPatch(request: ApiRequest): { patchType: PatchType; patch: unknown } {
  const type = mediaTypeOf(request);
  const accepted = Object.keys(TYPES);
  if (APPLY.includes(type)) throw new ApplyUnsupportedError(accepted);
  const patchType = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!patchType) throw new UnsupportedMediaTypeError(accepted);
  const patch = parsed(request);
  checkShape(patchType, patch);
  return { patchType, patch };
}

/** PATCH with a write target of the resource actor. */
export async function patchAs(call: ResourceCall, target: WriteTarget): Promise<ApiResponse> {
  const negotiated = negotiateWrite(call);
  const options = writeOptionsOf(call.query, 'PatchOptions');
  const message = { ...readPatch(call.request), ...options, target };
  const written = await call.client.patch(call.definition.type, keyOfCall(call), message);
  return writtenResponse(call, written.result === 'created' ? 201 : 200, written, negotiated);
}

export const patch = (call: ResourceCall) => patchAs(call, '');
