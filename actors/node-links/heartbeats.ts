/** The one record of heartbeats of a process: node-links write it, the node lifecycle controller reads it. */
import type { Clock } from '../../runtime/process/clock.js';
import { NodeHeartbeats } from '../../runtime/reconcile/node-heartbeats.js';

export class Heartbeats extends NodeHeartbeats {
  readonly #seen = new Map<string, number>();
  #inTouchSinceMs: number;

  constructor(private readonly clock: Clock) {
    super();
    this.#inTouchSinceMs = clock.monotonic();
  }

  lastSeen(node: string): number | undefined {
    return this.#seen.get(node);
  }

  get inTouchSinceMs(): number {
    return this.#inTouchSinceMs;
  }

  seen(node: string): void {
    this.#seen.set(node, this.clock.monotonic());
  }

  forget(node: string): void {
    this.#seen.delete(node);
  }

  /** The bus or the store came back, or shards were claimed: nodes may have spoken meanwhile without being heard. */
  backInTouch(): void {
    this.#inTouchSinceMs = this.clock.monotonic();
  }
}
