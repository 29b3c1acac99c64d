/** The scale subresource: an autoscaling/v1 Scale that stands for `spec.replicas` of its object. */
import { BadRequestError, ConflictError } from '../../schemas/errors.js';
import { applyScale, type Scale, scaleOf } from '../../schemas/kinds/scale.js';
import type { Preconditions } from '../../schemas/messages/resource.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import { applyPatch } from '../../schemas/patch/apply-patch.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { negotiate } from '../negotiation.js';
import { decodeBody } from '../request-body.js';
import { aboutCall, type ResourceCall } from '../resource-call.js';
import { checkReplacement } from './object-identity.js';
import { readEntry } from './get.js';
import { readPatch } from './patch.js';
import { preconditionsOf } from './update.js';
import { writeOptionsOf } from './write-options.js';

const SCHEMA = 'io.k8s.api.autoscaling.v1.Scale';
const ATTEMPTS_MAX = 5;

function respond(call: ResourceCall, object: KubeObject): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, call.query.get('pretty'), ['object']);
  return encoded(200, Buffer.from(JSON.stringify(scaleOf(object))), negotiated);
}

export async function getScale(call: ResourceCall): Promise<ApiResponse> {
  const entry = await readEntry(call);
  return respond(call, entry.object);
}

function checkPreconditions(call: ResourceCall, current: KubeObject, wanted: Preconditions): void {
  const { uid, resourceVersion } = current.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`;
    throw new ConflictError(aboutCall(call), why);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    throw new ConflictError(aboutCall(call));
  }
}

/** Reads, changes, replaces at the version read; again on a conflict, unless the client named a version itself. */
async function changeScale(call: ResourceCall, kind: string, change: (scale: Scale) => Scale): Promise<ApiResponse> {
  const { dryRun } = writeOptionsOf(call.query, kind);
  for (let attempt = 1; ; attempt++) {
    const { object } = await readEntry(call);
    const scale = change(scaleOf(object));
    const wanted = preconditionsOf(scale as KubeObject);
    checkPreconditions(call, object, wanted);
    const { uid, resourceVersion } = object.metadata;
    try {
      const next = applyScale(object, scale);
      const options = { dryRun, target: 'scale', preconditions: { uid, resourceVersion } } as const;
      const { stored } = await call.client.replace(call.definition.type, next, options);
      return await respond(call, stored.object);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

export async function updateScale(call: ResourceCall): Promise<ApiResponse> {
  const { fieldValidation } = writeOptionsOf(call.query, 'UpdateOptions');
  const scale = decodeBody(call.request, SCHEMA, fieldValidation).object as Scale;
  checkReplacement(call, scale as KubeObject);
  return changeScale(call, 'UpdateOptions', () => scale);
}

export async function patchScale(call: ResourceCall): Promise<ApiResponse> {
  const { patchType, patch } = readPatch(call.request);
  return changeScale(call, 'PatchOptions', (scale) => {
    const next = applyPatch({ schema: SCHEMA }, patchType, scale as KubeObject, patch) as Scale;
    if (next.metadata?.name !== scale.metadata?.name) throw new BadRequestError('metadata.name: may not be changed');
    // The version read is checked by the write; one that the client put into its patch is the client's own condition.
    const versions = (patch as { metadata?: { resourceVersion?: string } })?.metadata?.resourceVersion;
    if (versions !== undefined) return next;
    const { resourceVersion: _read, ...metadata } = next.metadata ?? {};
    return { ...next, metadata };
  });
}
