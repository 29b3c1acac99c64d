/** Cuts a byte stream into SPDY frames. Data is passed on as it comes; only control frames are held until they are whole. */
import { SpdyProtocolError, spdyVersion } from './frames.js';

export interface ControlFrame {
  readonly kind: 'control';
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** A data frame, or a part of one: flags come with its last part. */
export interface DataPiece {
  readonly kind: 'data';
  readonly streamId: number;
  readonly data: Buffer;
  readonly flags: number;
}

export type SpdyFrame = ControlFrame | DataPiece;

const HEADER_BYTES = 8;
/** Pods' streams have a handful of short headers. */
const controlBytesMax = 16 * 1024;

interface OpenData {
  readonly streamId: number;
  readonly flags: number;
  left: number;
}

export class FrameParser {
  #held: Buffer = Buffer.alloc(0);
  #data: OpenData | undefined;

  /** Throws SpdyProtocolError. The frames' bytes are views of the chunk where they can be. */
  *push(chunk: Uint8Array): Generator<SpdyFrame> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame;
  }

  #next(): SpdyFrame | undefined {
    if (this.#data) return this.#piece(this.#data);
    if (this.#held.length < HEADER_BYTES) return undefined;
    const first = this.#held.readUInt32BE(0);
    const flags = this.#held[4]!;
    const length = this.#held.readUIntBE(5, 3);
    if (first <= 0x7fff_ffff) {
      this.#take(HEADER_BYTES);
      return this.#piece((this.#data = { streamId: first, flags, left: length }));
    }
    const version = (first >>> 16) & 0x7fff;
    if (version !== spdyVersion) throw new SpdyProtocolError(`SPDY version ${version} is not supported`);
    if (length > controlBytesMax) throw new SpdyProtocolError(`a control frame of ${length} bytes is too large`);
    if (this.#held.length < HEADER_BYTES + length) return undefined;
    this.#take(HEADER_BYTES);
    return { kind: 'control', type: first & 0xffff, flags, payload: this.#take(length) };
  }

  #piece(open: OpenData): DataPiece | undefined {
    if (open.left > 0 && this.#held.length === 0) return undefined;
    const data = this.#take(Math.min(open.left, this.#held.length));
    open.left -= data.length;
    if (open.left === 0) this.#data = undefined;
    return { kind: 'data', streamId: open.streamId, data, flags: open.left === 0 ? open.flags : 0 };
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}
