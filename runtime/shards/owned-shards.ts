/** The shards that this process owns, with their tokens. In the embedded setting it owns all of them from start to end. */
import type { OwnerToken, SnapshotStore } from '../snapshots/snapshot-store.js';
import { slotsOf } from './slots.js';

export class OwnedShards {
  readonly #tokens = new Map<string, (OwnerToken | undefined)[]>();

  constructor(
    private readonly store: SnapshotStore,
    readonly incarnation: string,
  ) {}

  /** Claims every slot of the types, all at once. */
  async claimAll(types: readonly string[]): Promise<void> {
    await Promise.all(types.map((type) => this.#claim(type)));
  }

  async #claim(type: string): Promise<void> {
    const slots = Array.from({ length: slotsOf(type) }, (_, slot) => slot);
    const claimed = await this.store.claim(type, slots, this.incarnation);
    this.#tokens.set(
      type,
      slots.map((slot) => claimed.get(slot)),
    );
  }

  token(type: string, slot: number): OwnerToken | undefined {
    return this.#tokens.get(type)?.[slot];
  }

  /** The store refused our token: whoever comes next for this shard must be told so. */
  lost(type: string, slot: number): void {
    const tokens = this.#tokens.get(type);
    if (tokens) tokens[slot] = undefined;
  }

  types(): IterableIterator<string> {
    return this.#tokens.keys();
  }
}
