/** Protobuf's wire format: tags, varints and lengths within the bounds of the message being read. Errors have the words of Kubernetes' Go decoders. */

/** Bytes that are no message of the wanted type. */
export class WireError extends Error {}

export const wire = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

const varintBytesMax = 10;
const groupsMax = 100;
const two32 = 2 ** 32;

const unexpectedEnd = () => new WireError('unexpected EOF');

export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;
  /** Where the message that is being read ends. */
  #end: number;
  /** Halves of the varint read last, unsigned. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Of the next field; `message` is for the errors. */
  tag(message: string): { number: number; type: number } {
    this.#varint();
    const type = this.#low & 7;
    const number = (this.#low >>> 3) | (this.#high << 29);
    if (type === wire.groupEnd) throw new WireError(`proto: ${message}: wiretype end group for non-group`);
    if (number <= 0) {
      const tag = this.#high * two32 + this.#low;
      throw new WireError(`proto: ${message}: illegal tag ${number} (wire type ${tag})`);
    }
    return { number, type };
  }

  boolean(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  /** Beyond 2^53 as a bigint. */
  int64(): number | bigint {
    this.#varint();
    const value = (this.#high | 0) * two32 + this.#low;
    return Number.isSafeInteger(value) ? value : (BigInt(this.#high | 0) << 32n) | BigInt(this.#low);
  }

  double(): number {
    const start = this.#advance(8);
    return this.#bytes.readDoubleLE(start);
  }

  /** Bytes that are no UTF-8 become U+FFFD, as when Go encodes JSON. */
  string(): string {
    return this.#text('utf8');
  }

  base64(): string {
    return this.#text('base64');
  }

  bytes(): Uint8Array {
    const start = this.#advance(this.#length());
    return this.#bytes.subarray(start, this.#at);
  }

  /** Reads a length and bounds the reader to so many bytes while `read` runs, which must read to the end. */
  within<T>(read: () => T): T {
    const length = this.#length();
    const outer = this.#end;
    if (length > outer - this.#at) throw unexpectedEnd();
    this.#end = this.#at + length;
    const result = read();
    this.#end = outer;
    return result;
  }

  /** Passes over the value of an unknown field. */
  skip(type: number, depth = 0): void {
    if (type === wire.varint) this.#varint();
    else if (type === wire.fixed64) this.#advance(8);
    else if (type === wire.bytes) this.#advance(this.#length());
    else if (type === wire.fixed32) this.#advance(4);
    else if (type === wire.groupStart && depth < groupsMax) this.#skipGroup(depth);
    else throw new WireError(`proto: illegal wireType ${type}`);
  }

  #skipGroup(depth: number): void {
    for (;;) {
      this.#varint();
      const type = this.#low & 7;
      if (type === wire.groupEnd) return;
      this.skip(type, depth + 1);
    }
  }

  #text(encoding: BufferEncoding): string {
    const start = this.#advance(this.#length());
    return this.#bytes.toString(encoding, start, this.#at);
  }

  #length(): number {
    this.#varint();
    if (this.#high >= 0x80000000) throw new WireError('proto: negative length found during unmarshaling');
    return this.#high * two32 + this.#low;
  }

  /** Returns where the passed bytes begin. */
  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) throw unexpectedEnd();
    this.#at = start + length;
    return start;
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < varintBytesMax; index++) {
      if (this.#at >= this.#end) throw unexpectedEnd();
      const byte = this.#bytes[this.#at++]!;
      const bits = byte & 0x7f;
      const shift = index * 7;
      if (shift < 32) low |= bits << shift;
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new WireError('proto: integer overflow');
  }
}
