/** Who is silent, as the node lifecycle controller last found it; shared with whoever must not act on a silence that may be our own fault. */
export class Silence {
  #silent: ReadonlySet<string> = new Set();
  #believed: ReadonlySet<string> = new Set();

  /** Silent for longer than the grace. */
  isSilent(node: string): boolean {
    return this.#silent.has(node);
  }

  /** Silent, while most others are not. */
  isBelieved(node: string): boolean {
    return this.#believed.has(node);
  }

  /** Answers the nodes for which something changed. */
  set(silent: ReadonlySet<string>, believed: ReadonlySet<string>): readonly string[] {
    const all = new Set([...silent, ...this.#silent]); // Who is believed is silent as well.
    const changed = [...all].filter(
      (node) => silent.has(node) !== this.#silent.has(node) || believed.has(node) !== this.#believed.has(node),
    );
    this.#silent = silent;
    this.#believed = believed;
    return changed;
  }
}
