/** What `resourceVersion=` asks of a read. */
import { BadRequestError, GoneError, TimeoutError } from '../../schemas/errors.js';
import { decodeResourceVersion, type ResourceVersion } from '../../schemas/meta/resource-version.js';
import type { ResourceCache } from '../../runtime/views/resource-cache.js';

/** How long a read waits for a version that this gateway hasn't seen yet, as in Kubernetes. */
const VERSION_WAIT_MS = 3000;

export const TOO_OLD = 'The resourceVersion for the provided list is too old.';

/** Throws BadRequestError in Kubernetes' words. */
export function parseResourceVersion(text: string): ResourceVersion {
  const version = decodeResourceVersion(text);
  if (version) return version;
  const shown = JSON.stringify(text);
  throw new BadRequestError(
    `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`,
  );
}

/** 504 with the cause on which client-go lists anew. */
function tooLarge(asked: string, current: string): TimeoutError {
  return new TimeoutError(`Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Resolves once the cache has the version. Throws GoneError for one from a history that was lost, TimeoutError after 3 s. */
export async function waitForKnown(cache: ResourceCache, text: string): Promise<ResourceVersion> {
  const version = parseResourceVersion(text);
  const isAhead =
    version.storeGeneration > cache.storeGeneration ||
    (version.storeGeneration === cache.storeGeneration && version.revision > cache.revision);
  if (isAhead) {
    const came = await cache.reached(version.revision, VERSION_WAIT_MS);
    if (!came || version.storeGeneration > cache.storeGeneration) throw tooLarge(text, cache.resourceVersion);
  }
  if (!cache.isKnown(version.storeGeneration, version.revision))
    throw new GoneError(`too old resource version: ${text} (${cache.resourceVersion})`);
  return version;
}

/** For reads "not older than": '' waits for the newest, '0' for nothing, a number for that version. */
export async function waitForVersion(cache: ResourceCache, text: string): Promise<void> {
  if (text === '0') return;
  if (text === '') await cache.fresh();
  else await waitForKnown(cache, text);
}
