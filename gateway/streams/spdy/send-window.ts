/**
 * How much a peer lets us send. Kubernetes' own clients speak SPDY/3.1 without flow control: they never grant anything. So a window binds only once its
 * peer has shown that it grants.
 */
import { initialWindowBytes } from './frames.js';

export class SendWindow {
  #left = initialWindowBytes;
  #waiters: (() => void)[] = [];

  /** Bytes that may go now, were the window to bind; may be negative. */
  get left(): number {
    return this.#left;
  }

  spend(bytes: number): void {
    this.#left -= bytes;
  }

  /** Also less than nothing, when the peer makes windows smaller. */
  grant(bytes: number): void {
    this.#left += bytes;
    if (this.#left > 0) this.release();
  }

  /** Resolves at the next grant, or when the stream is over. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}
