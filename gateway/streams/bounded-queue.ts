/** One reader's queue with a limit: who adds too much waits until the reader has caught up. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #weight = 0;
  #isEnded = false;
  #reader: (() => void) | undefined;
  #writers: (() => void)[] = [];

  constructor(
    private readonly weightMax: number,
    private readonly weightOf: (item: T) => number,
    private readonly onTaken: (item: T) => void = () => undefined,
  ) {}

  get isFull(): boolean {
    return this.#weight > this.weightMax;
  }

  /** Takes the item in any case; resolves when there is room for more. After `end` it does nothing. */
  push(item: T): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    this.#items.push(item);
    this.#weight += this.weightOf(item);
    this.#reader?.();
    return this.isFull ? new Promise((resolve) => this.#writers.push(resolve)) : Promise.resolve();
  }

  /** No more items; those that wait are still read. */
  end(): void {
    this.#isEnded = true;
    this.#reader?.();
    this.#releaseWriters();
  }

  /** Ends it and drops what waits. */
  abort(): void {
    this.#items = [];
    this.#weight = 0;
    this.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.#next() };
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    while (this.#items.length === 0) {
      if (this.#isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
      this.#reader = undefined;
    }
    const item = this.#items.shift() as T;
    this.#weight -= this.weightOf(item);
    if (!this.isFull) this.#releaseWriters();
    this.onTaken(item);
    return { done: false, value: item };
  }

  #releaseWriters(): void {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer();
  }
}
