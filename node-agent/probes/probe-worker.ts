/** One probe of one running container: waits, tries, counts, and tells when the result flips. */
import type { Clock, Timer } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import type { Probe, ProbeResult } from './run-probe.js';

export type ProbeType = 'Startup' | 'Liveness' | 'Readiness';

export interface ProbeWorkerOptions {
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly random: Random;
  /** Monotonic. */
  readonly containerStartedMs: number;
  readonly initial: boolean;
  run(): Promise<ProbeResult>;
  /** Each failed try, in the words of the event. */
  onFailure(message: string): void;
  /** The result, once the threshold is reached, when it has changed. */
  onResult(success: boolean): void;
}

/** Probes of pods that start together are spread by up to this. */
const JITTER_MS_MAX = 250;

export class ProbeWorker {
  readonly #options: ProbeWorkerOptions;
  #timer: Timer | undefined;
  #stopped = false;
  #running = false;
  #success: boolean;
  #last: boolean | undefined;
  #count = 0;

  constructor(options: ProbeWorkerOptions) {
    this.#options = options;
    this.#success = options.initial;
    const { clock, random, probe, containerStartedMs } = options;
    const delayed = containerStartedMs + (probe.initialDelaySeconds ?? 0) * 1_000 - clock.monotonic();
    this.#in(Math.max(0, delayed) + random.next() * Math.min(JITTER_MS_MAX, this.#periodMs));
  }

  get success(): boolean {
    return this.#success;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  get #periodMs(): number {
    return (this.#options.probe.periodSeconds || 10) * 1_000;
  }

  #in(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => void this.#try());
  }

  async #try(): Promise<void> {
    if (this.#stopped || this.#running) return;
    this.#running = true;
    const startedMs = this.#options.clock.monotonic();
    const result = await this.#options.run();
    this.#running = false;
    if (this.#stopped) return;
    this.#judge(result);
    if (this.#stopped) return;
    const usedMs = this.#options.clock.monotonic() - startedMs;
    this.#in(Math.max(0, this.#periodMs - usedMs));
  }

  #judge(result: ProbeResult): void {
    const { type, probe } = this.#options;
    if (result.kind === 'failure') this.#options.onFailure(`${type} probe failed: ${result.message}`);
    if (result.kind === 'errored') {
      this.#options.onFailure(`${type} probe errored and resulted in unknown state: ${result.message}`);
    }
    const success = result.kind === 'success';
    this.#count = this.#last === success ? this.#count + 1 : 1;
    this.#last = success;
    const threshold = (success ? probe.successThreshold : probe.failureThreshold) || (success ? 1 : 3);
    if (this.#count < threshold) return;
    // A startup probe that has never passed fails without a change of its result.
    if (this.#success === success && (success || type !== 'Startup')) return;
    this.#success = success;
    this.#options.onResult(success);
  }
}
