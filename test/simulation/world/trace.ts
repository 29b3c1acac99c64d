/** What happened in a life: a hash of all of it, and the last lines for whoever reads a failure. */
import { createHash } from 'node:crypto';

const LINES_MAX = 10_000;

export class Trace {
  readonly #hash = createHash('sha256');
  #lines: string[] = [];

  constructor(private readonly where: () => string) {}

  add(line: string): void {
    const whole = `${this.where()} ${line}`;
    this.#hash.update(whole);
    this.#lines.push(whole);
    if (this.#lines.length > 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-LINES_MAX);
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
