/** GET of one object. */
import { NotFoundError } from '../../schemas/errors.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { type Negotiated, negotiate, type Shape } from '../negotiation.js';
import { aboutCall, cacheOf, keyOfCall, type ResourceCall } from '../resource-call.js';
import { columnDefinitions, partialObject, tableHead, tableRow } from '../table.js';
import { includeObjectOf } from './list-options.js';
import { waitForVersion } from './resource-version.js';

const ALL_SHAPES: readonly Shape[] = ['object', 'table', 'partial'];

/** The object that the path names, as fresh as the request asks. Throws NotFoundError. */
export async function readEntry(call: ResourceCall): Promise<CacheEntry> {
  const cache = await cacheOf(call);
  await waitForVersion(cache, call.query.get('resourceVersion'));
  const entry = cache.get(keyOfCall(call));
  if (!entry) throw new NotFoundError(aboutCall(call));
  return entry;
}

/** The JSON of an object in the negotiated shape. */
export function shaped(
  call: ResourceCall,
  entry: Pick<CacheEntry, 'bytes' | 'object' | 'resourceVersion'>,
  { shape, metaVersion }: Negotiated,
): Uint8Array {
  if (shape === 'object') return entry.bytes;
  if (shape === 'partial') return Buffer.from(partialObject(entry.object.metadata, metaVersion));
  const { definition, parts } = call;
  const head = tableHead(`{"resourceVersion":"${entry.resourceVersion}"}`, columnDefinitions(definition), metaVersion);
  const row = tableRow(definition, entry, includeObjectOf(call), metaVersion, parts.clock.now());
  return Buffer.from(`${head}${row}]}`);
}

export async function get(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, call.query.get('pretty'), ALL_SHAPES);
  const entry = await readEntry(call);
  return encoded(200, shaped(call, entry, negotiated), negotiated);
}
