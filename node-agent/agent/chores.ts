/** What is being done for one pod: one thing at a time per key, tried again with back-off when it failed, and a wake-up when it is time. */
import type { Clock, Timer } from '../../runtime/process/clock.js';
import { agentLimits } from './agent-limits.js';
import { RestartBackOff } from './restart-back-off.js';

export interface ChoresHost {
  readonly clock: Clock;
  /** Something is done, or is due. */
  poke(): void;
  onFailed(key: string, error: Error): void;
}

export class Chores {
  readonly #backOff = new RestartBackOff(agentLimits.setupRetryMs, agentLimits.setupRetryMaxMs);
  readonly #busy = new Set<string>();
  /** Not to be tried before this monotonic time. */
  readonly #holds = new Map<string, number>();
  #wake: { atMs: number; timer: Timer } | undefined;

  constructor(private readonly host: ChoresHost) {}

  get count(): number {
    return this.#busy.size;
  }

  isBusy(key: string): boolean {
    return this.#busy.has(key);
  }

  /** Starts the work unless it is under way already, or failed a moment ago; then it asks to be looked at again in time. */
  tryRun(key: string, work: () => Promise<void>): void {
    const holdMs = this.#holds.get(key);
    if (holdMs !== undefined && holdMs > this.host.clock.monotonic()) this.wakeAt(holdMs);
    else this.run(key, work);
  }

  /** The same whatever failed before. */
  run(key: string, work: () => Promise<void>): void {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    work().then(
      () => {
        this.#busy.delete(key);
        this.#backOff.reset(key);
        this.host.poke();
      },
      (error: unknown) => {
        this.#busy.delete(key);
        this.#failed(key, error as Error);
        this.host.poke();
      },
    );
  }

  hold(key: string, untilMs: number): void {
    this.#holds.set(key, untilMs);
    this.wakeAt(untilMs);
  }

  releaseAll(): void {
    this.#holds.clear();
  }

  wakeAt(atMs: number): void {
    if (this.#wake && this.#wake.atMs <= atMs) return;
    this.#wake?.timer.cancel();
    const delayMs = Math.max(0, atMs - this.host.clock.monotonic());
    const timer = this.host.clock.after(delayMs, () => {
      this.#wake = undefined;
      this.host.poke();
    });
    this.#wake = { atMs, timer };
  }

  stop(): void {
    this.#wake?.timer.cancel();
  }

  #failed(key: string, error: Error): void {
    const nowMs = this.host.clock.monotonic();
    this.#backOff.next(key, nowMs, nowMs);
    this.hold(key, nowMs + (this.#backOff.delayMs(key) ?? agentLimits.setupRetryMs));
    this.host.onFailed(key, error);
  }
}
