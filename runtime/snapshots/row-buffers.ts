/** Memory for rows on their way to disk, used again once they are there: allocating a fresh one per batch costs page faults and collections. */
const SMALLEST = 65_536;
const KEPT_MAX = 4;
const KEPT_BYTES_MAX = 4 * 1_048_576;

export class RowBuffers {
  readonly #free: Buffer[] = [];

  /** At least `bytes` long; not zeroed. */
  take(bytes: number): Buffer {
    const i = this.#free.findIndex((buffer) => buffer.length >= bytes);
    if (i >= 0) return this.#free.splice(i, 1)[0] as Buffer;
    let size = SMALLEST;
    while (size < bytes) size *= 2;
    return Buffer.allocUnsafeSlow(size);
  }

  /** Takes back the memory of a row; nobody may hold views of it. */
  giveBack(row: Buffer): void {
    if (this.#free.length >= KEPT_MAX || row.buffer.byteLength > KEPT_BYTES_MAX) return;
    this.#free.push(Buffer.from(row.buffer as ArrayBuffer));
  }
}
