/** What a store keeps and accepts. Sizes in bytes, times in milliseconds. */
export interface StoreLimits {
  readonly batchEntriesMax: number;
  readonly batchBytesMax: number;
  /** Of a batch of one entry. */
  readonly entryBytesMax: number;
  readonly logEntriesMax: number;
  readonly logBytesMax: number;
  readonly logAgeMaxMs: number;
  /** Asks are trimmed by time, never by count: a repeat may come as long as its budget lasts. */
  readonly asksAgeMaxMs: number;
  readonly generationsMax: number;
  /** A page of `load` ends at whichever comes first. */
  readonly pageEntriesMax: number;
  readonly pageBytesMax: number;
  /** Creates are refused below this much free disk … */
  readonly freeDiskForCreatesMin: number;
  /** … and updates below this: deletions need updates first (finalizers, grace), so they get the longer end. */
  readonly freeDiskForUpdatesMin: number;
}

const MiB = 1_048_576;

export const STORE_LIMITS: StoreLimits = {
  batchEntriesMax: 128,
  batchBytesMax: MiB,
  entryBytesMax: 3 * MiB,
  logEntriesMax: 100_000,
  logBytesMax: 256 * MiB,
  logAgeMaxMs: 600_000,
  asksAgeMaxMs: 60_000,
  generationsMax: 64,
  pageEntriesMax: 256,
  pageBytesMax: MiB,
  freeDiskForCreatesMin: 256 * MiB,
  freeDiskForUpdatesMin: 64 * MiB,
};
