/** What a caller requires of the object that it wants to change. */
import { type About, ConflictError } from '../../schemas/errors.js';
import type { Preconditions } from '../../schemas/messages/resource.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';

export function checkPreconditions(
  { uid, resourceVersion }: Preconditions,
  current: CacheEntry,
  about: About,
): ConflictError | undefined {
  if (uid && uid !== current.uid) {
    return new ConflictError(
      about,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== current.resourceVersion) return new ConflictError(about);
  return undefined;
}

/** The same for a deletion, which Kubernetes refuses in words of its own. */
export function checkDeletePreconditions(
  { uid, resourceVersion }: Preconditions,
  current: CacheEntry,
  about: About,
): ConflictError | undefined {
  if (uid && uid !== current.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${current.uid}). The object might have been deleted and then recreated`;
    return new ConflictError(about, why);
  }
  if (resourceVersion && resourceVersion !== current.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${current.resourceVersion}). The object might have been modified`;
    return new ConflictError(about, why);
  }
  return undefined;
}
