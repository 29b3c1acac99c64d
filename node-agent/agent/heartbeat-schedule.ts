/** When the nodes of a process send their heartbeats. */
import type { Clock, Timer } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import { agentLimits } from './agent-limits.js';

export interface HeartbeatSchedule {
  /** Calls `beat` every heartbeat interval until cancelled. */
  add(beat: () => void): Timer;
}

/** A timer of one's own. */
export class OwnHeartbeat implements HeartbeatSchedule {
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  add(beat: () => void): Timer {
    let timer = this.clock.after(agentLimits.heartbeatMs * (0.5 + this.random.next() / 2), again.bind(this));
    function again(this: OwnHeartbeat): void {
      timer = this.clock.after(agentLimits.heartbeatMs, again.bind(this));
      beat();
    }
    return { cancel: () => timer.cancel() };
  }
}

const SPOKES = 50;

/** One timer for any number of nodes: they are spread over the interval's spokes. Runs only while it has members. */
export class SharedHeartbeat implements HeartbeatSchedule {
  readonly #spokes: Set<() => void>[] = Array.from({ length: SPOKES }, () => new Set());
  #members = 0;
  #next = 0;
  #at = 0;
  #timer: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  add(beat: () => void): Timer {
    const spoke = this.#spokes[this.#next++ % SPOKES]!;
    spoke.add(beat);
    this.#members++;
    if (!this.#timer) this.#turn();
    return {
      cancel: () => {
        if (!spoke.delete(beat)) return;
        this.#members--;
        if (this.#members > 0) return;
        this.#timer?.cancel();
        this.#timer = undefined;
      },
    };
  }

  #turn(): void {
    this.#timer = this.clock.after(agentLimits.heartbeatMs / SPOKES, () => {
      this.#turn();
      for (const beat of this.#spokes[this.#at++ % SPOKES]!) beat();
    });
  }
}
