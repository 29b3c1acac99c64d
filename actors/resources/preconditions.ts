/** What a caller requires of the object that it wants to change. */
import { type About, ConflictError } from '../../schemas/errors.js';
import type { Preconditions } from '../../schemas/messages/resource.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';

export function checkPreconditions({ uid, resourceVersion }: Preconditions, current: CacheEntry, about: About): ConflictError | undefined {
  if (uid && uid !== current.uid) {
    return new ConflictError(about, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.uid}`);
  }
  if (resourceVersion && resourceVersion !== current.resourceVersion) return new ConflictError(about);
  return undefined;
}
