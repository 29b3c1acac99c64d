/** Subresources of pods that are streams: the checks before gateway/streams takes over. */
import { BadRequestError } from '../../schemas/errors.js';
import type { ApiResponse } from '../api-request.js';
import { NotImplementedError } from '../http-errors.js';
import type { PodStreamCall } from '../pod-ports.js';
import type { ResourceCall } from '../resource-call.js';
import { readEntry } from './get.js';

export async function podStreamCall(call: ResourceCall): Promise<PodStreamCall> {
  return { request: call.request, query: call.query, user: call.user, pod: await readEntry(call) };
}

export async function podLog(call: ResourceCall): Promise<ApiResponse> {
  const { podStreams } = call.parts;
  if (!podStreams) throw new NotImplementedError('logs are not supported by this server');
  return podStreams.log(await podStreamCall(call));
}

/** Reached only without an Upgrade header: those with one go to `ApiServer.upgrade`. */
export async function upgradeRequired(_call: ResourceCall): Promise<ApiResponse> {
  throw new BadRequestError('Upgrade request required');
}
