/** Slow start: batches of 1, 2, 4, …, so that a refusal (quota, webhook) costs one call and not a thousand. */

/**
 * Calls `make` for 0…count-1, each batch in parallel and twice as large as the last, at most `batchMax`. Stops after the first batch with a failure.
 * Answers how many succeeded, and the first error.
 */
export async function slowStart(
  count: number,
  batchMax: number,
  make: (ordinal: number) => Promise<void>,
): Promise<{ made: number; error: unknown }> {
  let made = 0;
  let next = 0;
  let size = 1;
  while (next < count) {
    const batch = Array.from({ length: Math.min(size, batchMax, count - next) }, () => make(next++));
    const results = await Promise.allSettled(batch);
    const failed = results.find((result) => result.status === 'rejected');
    made += results.filter((result) => result.status === 'fulfilled').length;
    if (failed) return { made, error: failed.reason };
    size *= 2;
  }
  return { made, error: undefined };
}
