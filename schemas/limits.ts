/** Every limit, deadline and interval: unit in the name, and why this number. Grouped by who reads them. */

/** Caches of resource types in one process. */
export const cache = {
  /** Parsed forms kept beside the bytes: enough for a rollout's working set, too few to slow the collector (250 ms pauses at 100,000). */
  parsedObjectsMax: 2_000,
  /** Changes kept in memory per type for watches that resume; older ones come from the store's log. */
  windowChangesMax: 10_000,
  windowBytesMax: 16 * 1024 * 1024,
} as const;

/** Actors and their mailboxes. */
export const mailbox = {
  /** Messages waiting for one resource actor; more get 429. A flood on one object must not hold the memory of all. */
  messagesMax: 256,
  /** Users fill at most half, so that controllers and agents always get through. */
  userMessagesMax: 128,
  /** Asks under way in one host. */
  hostMessagesMax: 20_000,
} as const;

/** One transaction or script call. protocol.md 3. */
export const commit = {
  entriesMax: 128,
  bytesMax: 1024 * 1024,
  /** Batches on their way to the disk at once: one being flushed, one being written. */
  flushesMax: 2,
} as const;

/** Asks. */
export const ask = {
  /** Kubernetes' own default request timeout. */
  budgetMs: 60_000,
  /** How often a conflicting read-change-write is tried again. */
  conflictTriesMax: 5,
  /** generateName collisions, as in Kubernetes. */
  nameTriesMax: 8,
} as const;

/** Controllers' retries: controller-runtime's and client-go's own figures. */
export const reconcile = {
  backOffFirstMs: 5,
  backOffMaxMs: 60_000,
} as const;

/** Kubernetes Events. client-go's correlator: 25 at once per object and source, then one every 5 minutes. */
export const events = {
  burstPerObject: 25,
  refillMs: 300_000,
  queueMax: 10_000,
  knownMax: 4_096,
  /** Written in the background, so that a rollout's Events don't delay its pods. */
  writtenPerTick: 64,
  tickMs: 50,
} as const;

/** Interleaving actors (bidders, the auctioneer, node-links). */
export const actors = {
  /** Messages under way in one of them; more get 429. */
  pendingMax: 4_096,
  /** Back-off of a crashing actor, doubling: fast enough to be unnoticed once, slow enough not to burn a core on a poison message. */
  restartFirstMs: 20,
  restartMaxMs: 30_000,
} as const;

/** The change log of each type. design.md: revisions and markers. */
export const log = {
  /** Clients expect a continue token to expire and the next list to be at another revision, with no writes to that type. */
  markerIntervalMs: 5 * 60_000,
} as const;

/** What one request and one object may weigh: kube-apiserver's own figures, so that what fits there fits here. */
export const api = {
  requestBytesMax: 3 * 1024 * 1024,
  /** All annotations of an object, keys and values. */
  annotationsBytesMax: 256 * 1024,
  /** All values of a ConfigMap or Secret. */
  dataBytesMax: 1024 * 1024,
  jsonPatchOperationsMax: 10_000,
  /** What the copy operations of one JSON patch may add: a few hundred bytes could ask for gigabytes otherwise. */
  jsonPatchCopiedCharactersMax: 3 * 1024 * 1024,
} as const;
