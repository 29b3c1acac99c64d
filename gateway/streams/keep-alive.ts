/** Pings a quiet client, and says when it has vanished. */
import type { Clock, Timer } from '../../runtime/process/clock.js';
import { streamLimits } from './stream-limits.js';

export interface KeepAlivePeer {
  ping(): void;
  /** While we don't read we can't hear; a write to a connection that is gone fails all the same. */
  isReading(): boolean;
  onVanished(): void;
}

export class KeepAlive {
  #unanswered = 0;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly peer: KeepAlivePeer,
  ) {
    this.#schedule();
  }

  /** Any sign of life. */
  heard(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.clock.after(streamLimits.pingMs, () => this.#tick());
  }

  #tick(): void {
    if (this.#isStopped) return;
    if (!this.peer.isReading()) this.#unanswered = 0;
    if (this.#unanswered >= streamLimits.pingsUnansweredMax) {
      this.stop();
      this.peer.onVanished();
      return;
    }
    this.#unanswered++;
    this.peer.ping();
    this.#schedule();
  }
}
