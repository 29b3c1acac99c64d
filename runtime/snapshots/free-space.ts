/** How much disk is left, sampled at most once a second and never waited for. */
import { statfs, statfsSync } from 'node:fs';
import type { Clock } from '../process/clock.js';

const SAMPLE_AGE_MAX_MS = 1_000;

export class FreeSpace {
  #bytes: number;
  #sampledMs: number;

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {
    const { bavail, bsize } = statfsSync(folder);
    this.#bytes = bavail * bsize;
    this.#sampledMs = clock.monotonic();
  }

  /** As last sampled; starts the next sample if that was long ago. */
  bytes(): number {
    const nowMs = this.clock.monotonic();
    if (nowMs - this.#sampledMs >= SAMPLE_AGE_MAX_MS) {
      this.#sampledMs = nowMs;
      statfs(this.folder, (error, stats) => {
        if (!error) this.#bytes = stats.bavail * stats.bsize;
      });
    }
    return this.#bytes;
  }
}
