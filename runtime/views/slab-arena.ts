/**
 * Memory for object bytes: large buffers filled from the front, so that a hundred thousand objects are a few dozen allocations to the collector.
 * Bytes that are no longer current are only counted; a slab is freed when nothing points into it any more, and `sparse` names those worth emptying.
 */
const slabBytes = 4 * 1024 * 1024;
const firstSlabBytes = 256 * 1024;
/** A slab with less than this share of current bytes is worth moving out of. */
const sparseShare = 0.5;

export interface Slab {
  readonly buffer: Buffer;
  used: number;
  /** Bytes of current entries. */
  live: number;
}

export class SlabArena {
  #current: Slab = newSlab(firstSlabBytes);
  #full = new Set<Slab>();

  /** Room for `length` bytes: the caller writes at the returned slab's `used - length`. */
  reserve(length: number): Slab {
    if (this.#current.used + length > this.#current.buffer.length) this.#next(length);
    this.#current.used += length;
    this.#current.live += length;
    return this.#current;
  }

  /** The entry that held these bytes is no longer current. */
  release(slab: Slab, length: number): void {
    slab.live -= length;
    if (slab.live === 0) this.#full.delete(slab);
  }

  /** Slabs that are mostly dead, once more than half of all full slabs' bytes are dead; empty otherwise. */
  sparse(): ReadonlySet<Slab> {
    let total = 0;
    let live = 0;
    for (const slab of this.#full) {
      total += slab.buffer.length;
      live += slab.live;
    }
    if (total < 2 * slabBytes || live > total * sparseShare) return new Set();
    return new Set([...this.#full].filter((slab) => slab.live < slab.buffer.length * sparseShare));
  }

  #next(length: number): void {
    if (this.#current.live > 0) this.#full.add(this.#current);
    const grown = Math.min(slabBytes, this.#current.buffer.length * 2);
    this.#current = newSlab(Math.max(length, grown));
  }
}

function newSlab(length: number): Slab {
  return { buffer: Buffer.allocUnsafeSlow(length), used: 0, live: 0 };
}
