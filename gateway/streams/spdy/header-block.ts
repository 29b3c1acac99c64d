/** Header blocks of SPDY/3: name-value pairs in one zlib stream per direction, primed with a dictionary. */
import { createInflate, type Inflate } from 'node:zlib';
import { spdyDictionary } from './dictionary.js';
import { SpdyProtocolError } from './frames.js';

/** Names in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** What one block may inflate to: a few kilobytes could become megabytes otherwise. */
const blockBytesMax = 64 * 1024;

/** Reads the blocks of one connection, which must come in order, one at a time. */
export class HeaderBlockReader {
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary });
  #parts: Buffer[] = [];
  #bytes = 0;
  #fail: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate.on('data', (part: Buffer) => this.#collect(part));
    this.#inflate.on('error', (error) =>
      this.#fail?.(new SpdyProtocolError(`a header block can't be inflated: ${error.message}`)),
    );
  }

  /** Throws SpdyProtocolError; the reader is of no use then. */
  async read(block: Uint8Array): Promise<SpdyHeaders> {
    this.#parts = [];
    this.#bytes = 0;
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#inflate.write(block, () => resolve());
    });
    return parsePairs(Buffer.concat(this.#parts));
  }

  close(): void {
    this.#inflate.destroy();
  }

  #collect(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > blockBytesMax) this.#fail?.(new SpdyProtocolError('a header block is too large'));
    else this.#parts.push(part);
  }
}

/** Throws SpdyProtocolError. */
function parsePairs(bytes: Buffer): SpdyHeaders {
  const headers = new Map<string, string>();
  let at = 0;
  const number = () => {
    if (at + 4 > bytes.length) throw new SpdyProtocolError('a header block ends too early');
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = number();
    if (at + length > bytes.length) throw new SpdyProtocolError('a header block ends too early');
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  for (let left = number(); left > 0; left--) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

const ZLIB_HEADER = Buffer.from([0x78, 0x01]);
/** An empty stored block. Go's inflate hands out what came before only when it reads one. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Writes the blocks of one connection as stored blocks of deflate: what we send isn't worth compressing, and this needs no waiting. */
export class HeaderBlockWriter {
  #isFirst = true;

  write(headers: SpdyHeaders): Buffer {
    const pairs = Buffer.concat([
      lengthOf(headers.size),
      ...[...headers].flatMap(([name, value]) => [...field(name), ...field(value)]),
    ]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(pairs.length, 1);
    stored.writeUInt16LE(~pairs.length & 0xffff, 3);
    const start = this.#isFirst ? ZLIB_HEADER : Buffer.alloc(0);
    this.#isFirst = false;
    return Buffer.concat([start, stored, pairs, FLUSH]);
  }
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function field(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [lengthOf(bytes.length), bytes];
}
