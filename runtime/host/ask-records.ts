/**
 * The record of asks: a repeated ask gets its first answer. Asks under way are joined; answered ones are kept until no caller can repeat them any more.
 * Only asks with an id are recorded: a bus that loses nothing needs none.
 */
import type { Clock } from '../process/clock.js';

const keptMs = 60_000;

export class AskRecords {
  readonly #answers = new Map<string, { answer: Promise<unknown>; untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  answer(id: string): Promise<unknown> | undefined {
    return this.#answers.get(id)?.answer;
  }

  begin(id: string, answer: Promise<unknown>): void {
    this.#trim();
    this.#answers.set(id, { answer, untilMs: this.clock.monotonic() + keptMs });
    // A refusal wrote nothing: a repeat may be judged anew.
    answer.catch(() => this.#answers.delete(id));
  }

  #trim(): void {
    const now = this.clock.monotonic();
    for (const [id, { untilMs }] of this.#answers) {
      if (untilMs > now) return;
      this.#answers.delete(id);
    }
  }
}
