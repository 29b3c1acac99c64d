/** Writes of one run that are many: so many at a time. */
const BATCH_MAX = 128;

/** Calls `act` for each item, a batch in parallel. Rejects with the first error, after its batch. */
export async function inBatches<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += BATCH_MAX) {
    const results = await Promise.allSettled(items.slice(i, i + BATCH_MAX).map(act));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
