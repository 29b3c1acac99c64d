/** Field paths that cost one small object each until an error needs their text. */

/** A path such as `spec.containers[0].image`. Immutable; the text is built only by `toString`. */
export class Path {
  private constructor(
    private readonly parent: Path | undefined,
    private readonly segment: string | number,
    private readonly bracketed: boolean,
  ) {}

  static of(name: string): Path {
    return new Path(undefined, name, false);
  }

  child(name: string): Path {
    return new Path(this, name, false);
  }

  index(index: number): Path {
    return new Path(this, index, true);
  }

  /** An entry of a map: `limits[cpu]`. */
  key(key: string): Path {
    return new Path(this, key, true);
  }

  toString(): string {
    const own = this.bracketed ? `[${this.segment}]` : String(this.segment);
    if (!this.parent) return own;
    return this.bracketed ? `${this.parent}${own}` : `${this.parent}.${own}`;
  }
}

export const METADATA = Path.of('metadata');
export const SPEC = Path.of('spec');
export const STATUS = Path.of('status');
