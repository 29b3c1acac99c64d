/** The agent's Events on their way to the control plane: batched per turn, bounded, and lost rather than ever in the way. */
import type { Turn } from '../../runtime/process/turn.js';
import type { NodeEvent } from '../../schemas/messages/node-link.js';
import { agentLimits } from './agent-limits.js';

export class EventOutbox {
  #waiting: NodeEvent[] = [];
  #scheduled = false;
  #underWay = false;

  constructor(
    private readonly turn: Turn,
    private readonly send: (events: NodeEvent[]) => Promise<void>,
  ) {}

  add(event: NodeEvent): void {
    if (this.#waiting.length >= agentLimits.eventsWaitingMax) this.#waiting.shift();
    this.#waiting.push(event);
    this.#schedule();
  }

  /** After a register. */
  resume(): void {
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay || this.#waiting.length === 0) return;
    this.#scheduled = true;
    this.turn.afterThisTurn(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#underWay) return;
    const batch = this.#waiting.slice(0, agentLimits.eventsPerAskMax);
    if (batch.length === 0) return;
    this.#underWay = true;
    try {
      await this.send(batch);
      this.#waiting = this.#waiting.slice(batch.length);
      this.#underWay = false;
      this.#schedule();
    } catch {
      this.#underWay = false; // Kept until the next register or event.
    }
  }
}
