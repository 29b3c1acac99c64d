/** Runs at most `max` tasks at once; others wait in order, urgent ones before the rest. */
export class Limiter {
  private running = 0;
  private readonly urgent: (() => void)[] = [];
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly max: number) {}

  async run<T>(task: () => Promise<T>, isUrgent = false): Promise<T> {
    if (this.running < this.max) this.running++;
    else await new Promise<void>((resolve) => (isUrgent ? this.urgent : this.waiting).push(resolve));
    try {
      return await task();
    } finally {
      const next = this.urgent.shift() ?? this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
