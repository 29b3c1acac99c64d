/** The port to the event loop's turns: what all batching (group commit, coalesced messages) is built on. */
export interface Turn {
  /** Runs `fn` once everything that this turn has started synchronously, and its microtasks, are done. */
  afterThisTurn(fn: () => void): void;
}

export class SystemTurn implements Turn {
  afterThisTurn(fn: () => void): void {
    setImmediate(fn);
  }
}
