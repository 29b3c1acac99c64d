/** Who may write to the shards of one type: the recorded token of each slot, and the rules by which it changes. */
import type { OwnerToken } from './snapshot-store.js';

/** `held` is false after a release or a raise: the epoch stays, so that it never comes twice. */
export interface Claim {
  readonly token: OwnerToken;
  readonly held: boolean;
}

export function sameToken(a: OwnerToken | undefined, b: OwnerToken | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.epoch === b.epoch && a.storeGeneration === b.storeGeneration && a.incarnation === b.incarnation;
}

export class Claims {
  readonly #claims: Map<number, Claim>;

  constructor(claims: Iterable<readonly [number, Claim]> = []) {
    this.#claims = new Map(claims);
  }

  /** The token that commits must carry, exactly. */
  owner(slot: number): OwnerToken | undefined {
    const claim = this.#claims.get(slot);
    return claim?.held ? claim.token : undefined;
  }

  /** Grants each slot whose recorded owner is still the one seen (all slots, if `seen` is absent). */
  claim(
    slots: readonly number[],
    incarnation: string,
    storeGeneration: number,
    seen?: ReadonlyMap<number, OwnerToken | undefined>,
  ): Map<number, OwnerToken> {
    const granted = new Map<number, OwnerToken>();
    for (const slot of slots) {
      if (seen && !sameToken(seen.get(slot), this.owner(slot))) continue;
      const epoch = (this.#claims.get(slot)?.token.epoch ?? 0) + 1;
      const token = { storeGeneration, epoch, incarnation };
      this.#claims.set(slot, { token, held: true });
      granted.set(slot, token);
    }
    return granted;
  }

  /** Only the holder can give back. */
  release(slots: readonly number[], incarnation: string): void {
    for (const slot of slots) {
      const claim = this.#claims.get(slot);
      if (claim?.held && claim.token.incarnation === incarnation) this.#claims.set(slot, { ...claim, held: false });
    }
  }

  voidAll(): void {
    for (const [slot, claim] of this.#claims) this.#claims.set(slot, { ...claim, held: false });
  }

  entries(): [number, Claim][] {
    return [...this.#claims];
  }
}
