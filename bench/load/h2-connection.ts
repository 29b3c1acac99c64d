/**
 * Just enough of an HTTP/2 client to load a server: node's own costs as much per request as the server does, and on two cores that would be measured instead.
 * Header blocks are made once and name what they repeat by HPACK index, as clients do; those of answers are not decoded.
 */
import { connect, type TLSSocket } from 'node:tls';
import type { Target } from '../harness/target.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const FRAME_HEADER = 9;
const WINDOW_MAX = 0x7fffffff;
const FIRST_WINDOW = 65_535;
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
/** Static table: name only, the value follows. */
const NAME = { authority: 1, path: 4, accept: 19, contentLength: 28, contentType: 31, userAgent: 58 } as const;
const HTTPS = 0x87;
const GET = Buffer.from([0x82, HTTPS]);
const POST = Buffer.from([0x83, HTTPS]);

const DELETE = Buffer.concat([literal(0x00, 4, 2, 'DELETE'), Buffer.from([HTTPS])]);

/** What a stream's owner is told. `bytes` are views of the socket's buffer. */
export interface StreamListener {
  data(bytes: Buffer): void;
  end(): void;
}

export class H2Connection {
  readonly #listeners = new Map<number, StreamListener>();
  #rest: Buffer | undefined;
  #nextStream = 1;
  #sendWindow = FIRST_WINDOW;
  #received = 0;
  #waiting: (() => void)[] = [];
  #hasNames = false;
  #out: Buffer[] = [];

  private constructor(
    private readonly socket: TLSSocket,
    private readonly authority: string,
  ) {}

  static open({ host, port, ca, cert, key }: Target): Promise<H2Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca, cert, key, ALPNProtocols: ['h2'], servername: 'localhost' });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.setNoDelay(true);
        const connection = new H2Connection(socket, `${host}:${port}`);
        socket.write(
          Buffer.concat([
            PREFACE,
            frame(TYPE.settings, 0, 0, initialWindow()),
            windowUpdate(WINDOW_MAX - FIRST_WINDOW),
          ]),
        );
        socket.on('data', (chunk) => connection.#read(chunk));
        resolve(connection);
      });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  get(path: string, listener: StreamListener): void {
    this.#send(frame(TYPE.headers, END_STREAM | END_HEADERS, this.#begin(listener), this.#block(GET, path, undefined)));
  }

  delete(path: string, listener: StreamListener): void {
    this.#send(
      frame(TYPE.headers, END_STREAM | END_HEADERS, this.#begin(listener), this.#block(DELETE, path, undefined)),
    );
  }

  post(path: string, body: Buffer, listener: StreamListener): void {
    if (this.#sendWindow < body.length) {
      this.#waiting.push(() => this.post(path, body, listener));
      return;
    }
    this.#sendWindow -= body.length;
    const stream = this.#begin(listener);
    const headers = frame(TYPE.headers, END_HEADERS, stream, this.#block(POST, path, body.length));
    this.#send(headers, frameHeader(body.length, TYPE.data, END_STREAM, stream), body);
  }

  #begin(listener: StreamListener): number {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#listeners.set(stream, listener);
    return stream;
  }

  /** What one turn sends goes out in one write, as of a client that multiplexes. */
  #send(...pieces: Buffer[]): void {
    if (this.#out.length === 0) {
      queueMicrotask(() => {
        const bytes = Buffer.concat(this.#out);
        this.#out = [];
        this.socket.write(bytes);
      });
    }
    this.#out.push(...pieces);
  }

  /** The first request puts the constant headers into the dynamic table, all others name them by index. */
  #block(method: Buffer, path: string, bodyLength: number | undefined): Buffer {
    const pieces = [method, literal(0x00, 4, NAME.path, path)];
    if (this.#hasNames) pieces.push(Buffer.from([0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62]));
    else {
      pieces.push(
        literal(0x40, 6, NAME.authority, this.authority),
        literal(0x40, 6, NAME.contentType, 'application/json'),
      );
      pieces.push(
        literal(0x40, 6, NAME.accept, 'application/json'),
        literal(0x40, 6, NAME.userAgent, 'bench/v1 (linux/amd64)'),
      );
    }
    this.#hasNames = true;
    if (bodyLength !== undefined) pieces.push(literal(0x00, 4, NAME.contentLength, String(bodyLength)));
    return Buffer.concat(pieces);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER) {
      const length = bytes.readUIntBE(at, 3);
      const end = at + FRAME_HEADER + length;
      if (end > bytes.length) break;
      this.#frame(
        bytes[at + 3]!,
        bytes[at + 4]!,
        bytes.readUInt32BE(at + 5) & 0x7fffffff,
        bytes,
        at + FRAME_HEADER,
        end,
      );
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }

  #frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case TYPE.data:
        if (end > start) this.#listeners.get(stream)?.data(bytes.subarray(start, end));
        this.#countReceived(end - start);
        if (flags & END_STREAM) this.#ended(stream);
        return;
      case TYPE.headers:
        if (flags & END_STREAM) this.#ended(stream);
        return;
      case TYPE.settings:
        if (!(flags & ACK)) this.#send(frame(TYPE.settings, ACK, 0, Buffer.alloc(0)));
        return;
      case TYPE.ping:
        if (!(flags & ACK)) this.#send(frame(TYPE.ping, ACK, 0, Buffer.from(bytes.subarray(start, end))));
        return;
      case TYPE.windowUpdate:
        if (stream !== 0) return;
        this.#sendWindow += bytes.readUInt32BE(start) & 0x7fffffff;
        for (const send of this.#waiting.splice(0)) send();
        return;
      case TYPE.reset:
        throw new Error(`the server reset stream ${stream} with code ${bytes.readUInt32BE(start)}`);
      case TYPE.goAway:
        throw new Error(`the server went away with code ${bytes.readUInt32BE(start + 4)}`);
    }
  }

  #ended(stream: number): void {
    const listener = this.#listeners.get(stream);
    this.#listeners.delete(stream);
    listener?.end();
  }

  #countReceived(bytes: number): void {
    this.#received += bytes;
    if (this.#received < WINDOW_MAX >> 2) return;
    this.#send(windowUpdate(this.#received));
    this.#received = 0;
  }
}

function frameHeader(length: number, type: number, flags: number, stream: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return header;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  return Buffer.concat([frameHeader(payload.length, type, flags, stream), payload]);
}

/** SETTINGS_INITIAL_WINDOW_SIZE: as large as it gets, so that one stream never waits for us. */
function initialWindow(): Buffer {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(4, 0);
  payload.writeUInt32BE(WINDOW_MAX, 2);
  return payload;
}

function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes, 0);
  return frame(TYPE.windowUpdate, 0, 0, payload);
}

/** A header with a name from the static table (RFC 7541, 6.2), its value without Huffman code. */
function literal(pattern: number, prefixBits: number, name: number, value: string): Buffer {
  return Buffer.concat([
    integer(pattern, prefixBits, name),
    integer(0x00, 7, value.length),
    Buffer.from(value, 'latin1'),
  ]);
}

function integer(pattern: number, prefixBits: number, value: number): Buffer {
  const most = (1 << prefixBits) - 1;
  if (value < most) return Buffer.from([pattern | value]);
  const bytes = [pattern | most];
  let rest = value - most;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
