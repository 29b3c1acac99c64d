/** How long something that keeps failing waits: 10 s doubling to 5 min, forgotten after 10 min of quiet. As the kubelet's flowcontrol.Backoff. */
import { agentLimits } from './agent-limits.js';

interface Entry {
  readonly delayMs: number;
  readonly updatedMs: number;
}

/** Keyed by container or image; all times are monotonic milliseconds. One per pod, so it is bounded by the pod's spec. */
export class RestartBackOff {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly firstMs: number = agentLimits.backOffMs,
    private readonly maxMs: number = agentLimits.backOffMaxMs,
  ) {}

  /** When a thing that failed at `failedMs` may be tried again, and the delay that is told to users; undefined when it may be at once. */
  waitAfter(key: string, failedMs: number, nowMs: number): { untilMs: number; delayMs: number } | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#expired(entry, failedMs)) return undefined;
    const untilMs = failedMs + entry.delayMs;
    return untilMs > nowMs ? { untilMs, delayMs: entry.delayMs } : undefined;
  }

  /** Since the last `next`: for pulls, whose failure is the moment of the entry. */
  waitSinceUpdate(key: string, nowMs: number): { untilMs: number; delayMs: number } | undefined {
    const entry = this.#entries.get(key);
    return entry && this.waitAfter(key, entry.updatedMs, nowMs);
  }

  /** Counts one more try. */
  next(key: string, failedMs: number, nowMs: number): void {
    const entry = this.#entries.get(key);
    const fresh = !entry || this.#expired(entry, failedMs);
    const delayMs = fresh ? this.firstMs : Math.min(entry.delayMs * 2, this.maxMs);
    this.#entries.set(key, { delayMs, updatedMs: nowMs });
  }

  delayMs(key: string): number | undefined {
    return this.#entries.get(key)?.delayMs;
  }

  reset(key: string): void {
    this.#entries.delete(key);
  }

  #expired(entry: Entry, eventMs: number): boolean {
    return eventMs - entry.updatedMs > 2 * this.maxMs;
  }
}
