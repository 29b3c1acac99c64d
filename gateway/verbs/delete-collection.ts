/** DELETE of a collection: what the selectors match now, one by one. Answers with the list of them. */
import { NotFoundError } from '../../schemas/errors.js';
import type { Delete } from '../../schemas/messages/resource.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { negotiate } from '../negotiation.js';
import { cacheOf, type ResourceCall } from '../resource-call.js';
import { deleteAllMessageOf } from './delete-options.js';
import { listBody } from './list.js';
import { listOptionsOf } from './list-options.js';
import { waitForVersion } from './resource-version.js';

/** Deletes in flight: enough for group commit, few enough to leave room for others. */
const IN_FLIGHT_MAX = 64;

async function deleteEntry({ client, definition }: ResourceCall, entry: CacheEntry, message: Delete): Promise<void> {
  try {
    // The uid: an object made anew under the name meanwhile was not in the list.
    const preconditions = { ...message.preconditions, uid: entry.uid };
    await client.delete(definition.type, entry.key, { ...message, preconditions });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

export async function deleteCollection(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, call.query.get('pretty'), ['object', 'table', 'partial']);
  const { selection } = listOptionsOf(call);
  const message = deleteAllMessageOf(call);
  const cache = await cacheOf(call);
  await waitForVersion(cache, '');
  const entries = cache.list(selection.namespace).filter((entry) => selection.matches(entry));
  const metadata = JSON.stringify({ resourceVersion: cache.resourceVersion });
  for (let at = 0; at < entries.length; at += IN_FLIGHT_MAX) {
    await Promise.all(entries.slice(at, at + IN_FLIGHT_MAX).map((entry) => deleteEntry(call, entry, message)));
  }
  return encoded(200, listBody(call, entries, metadata, negotiated), negotiated);
}
