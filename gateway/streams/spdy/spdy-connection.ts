/** The server's side of a SPDY/3.1 session, whatever carries its bytes. */
import type { Clock } from '../../../runtime/process/clock.js';
import type { ByteTransport } from '../byte-transport.js';
import { KeepAlive } from '../keep-alive.js';
import { FrameParser, type ControlFrame, type DataPiece } from './frame-parser.js';
import {
  frameFlag,
  frameType,
  goAwayFrame,
  goAwayStatus,
  initialWindowBytes,
  pingFrame,
  resetStatus,
  rstStreamFrame,
  settingInitialWindow,
  SpdyProtocolError,
  synReplyFrame,
  windowUpdateFrame,
} from './frames.js';
import { HeaderBlockReader, HeaderBlockWriter, type SpdyHeaders } from './header-block.js';
import { SendWindow } from './send-window.js';
import { SpdyStream, type StreamCarrier } from './spdy-stream.js';

/** Streams open at once; more are refused. */
const STREAMS_MAX = 512;
/** Grants are given when this much was consumed, not for each frame. */
const GRANT_BYTES = initialWindowBytes / 2;
const PING_ID_MAX = 0x7fff_fffe;
const noHeaders: SpdyHeaders = new Map();

/** Decides about a stream that a client opens: undefined refuses it; what is returned gets the stream once the client knows that it's accepted. */
export type AcceptStream = (headers: SpdyHeaders, id: number) => ((stream: SpdyStream) => void) | undefined;

export class SpdyConnection implements StreamCarrier {
  readonly sessionWindow = new SendWindow();
  isWindowed = false;
  /** Resolves when the client has left, or was sent away. Never rejects. */
  readonly closed: Promise<void>;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #parser = new FrameParser();
  readonly #headers = new HeaderBlockReader();
  readonly #replies = new HeaderBlockWriter();
  readonly #ungranted = new Map<number, number>();
  readonly #keepAlive: KeepAlive;
  #windowBytes = initialWindowBytes;
  #lastStreamId = 0;
  #pingId = 0;
  #isBlocked = false;
  #isClosing = false;

  constructor(
    private readonly transport: ByteTransport,
    clock: Clock,
    private readonly accept: AcceptStream,
  ) {
    this.#keepAlive = new KeepAlive(clock, {
      ping: () => this.#ping(),
      isReading: () => !this.#isBlocked,
      onVanished: () => transport.destroy(),
    });
    this.closed = this.#run();
  }

  /** Says good-bye, and closes once what was written is out. Repeatable. */
  close(status: number = goAwayStatus.ok): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    void this.transport.write(goAwayFrame(this.#lastStreamId, status));
    this.transport.end();
    for (const stream of this.#streams.values()) stream.finish();
  }

  send(frame: Uint8Array): Promise<void> {
    return this.#isClosing ? Promise.resolve() : this.transport.write(frame);
  }

  consumed(stream: SpdyStream, bytes: number): void {
    if (!stream.isRemoteEnded) this.#grant(stream.id, bytes);
    this.#grant(0, bytes);
  }

  forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id);
    this.#ungranted.delete(stream.id);
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.transport.bytes) {
        this.#keepAlive.heard();
        for (const frame of this.#parser.push(chunk)) {
          await (frame.kind === 'data' ? this.#onData(frame) : this.#onControl(frame));
        }
      }
    } catch (error) {
      this.close(error instanceof SpdyProtocolError ? goAwayStatus.protocolError : goAwayStatus.internalError);
    } finally {
      this.#over();
    }
  }

  #over(): void {
    this.#keepAlive.stop();
    this.#headers.close();
    for (const stream of this.#streams.values()) stream.finish();
    this.sessionWindow.release();
    if (!this.#isClosing) this.transport.end();
    this.#isClosing = true;
  }

  async #onData({ streamId, data, flags }: DataPiece): Promise<void> {
    const stream = this.#streams.get(streamId);
    if (!stream || stream.isRemoteEnded) {
      this.#grant(0, data.length);
      return;
    }
    if (data.length > 0) {
      this.#isBlocked = true; // Until its reader has room, nothing else of this client is read.
      await stream.accept(data);
      this.#isBlocked = false;
    }
    if ((flags & frameFlag.fin) !== 0) stream.endInput();
  }

  async #onControl({ type, flags, payload }: ControlFrame): Promise<void> {
    const word = (index: number) => {
      if (payload.length < index * 4 + 4) throw new SpdyProtocolError('a control frame is too short');
      return payload.readUInt32BE(index * 4);
    };
    switch (type) {
      case frameType.synStream:
        return this.#onSynStream(word(0) & 0x7fff_ffff, flags, payload.subarray(10));
      case frameType.headers:
        await this.#headers.read(payload.subarray(4)); // Means nothing here, but is part of the compressed stream.
        if ((flags & frameFlag.fin) !== 0) this.#streams.get(word(0))?.endInput();
        return;
      case frameType.rstStream:
        return this.#streams.get(word(0) & 0x7fff_ffff)?.finish();
      case frameType.settings:
        return this.#onSettings(word(0), word);
      case frameType.ping:
        if (word(0) % 2 === 1) void this.send(pingFrame(word(0)));
        return;
      case frameType.windowUpdate:
        return this.#onWindowUpdate(word(0) & 0x7fff_ffff, word(1) & 0x7fff_ffff);
      default: // GOAWAY needs no answer: the client closes when its streams are done. Unknown types are to be ignored.
    }
  }

  async #onSynStream(id: number, flags: number, headerBlock: Uint8Array): Promise<void> {
    const headers = await this.#headers.read(headerBlock);
    if (id % 2 === 0 || id <= this.#lastStreamId) return void this.send(rstStreamFrame(id, resetStatus.protocolError));
    this.#lastStreamId = id;
    const begin = this.#streams.size < STREAMS_MAX && !this.#isClosing ? this.accept(headers, id) : undefined;
    if (!begin) return void this.send(rstStreamFrame(id, resetStatus.refusedStream));
    const stream = new SpdyStream(id, headers, (flags & frameFlag.unidirectional) !== 0, this);
    stream.window.grant(this.#windowBytes - initialWindowBytes);
    this.#streams.set(id, stream);
    void this.send(synReplyFrame(id, this.#replies.write(noHeaders)));
    if ((flags & frameFlag.fin) !== 0) stream.endInput();
    begin(stream);
  }

  #onSettings(count: number, word: (index: number) => number): void {
    for (let entry = 0; entry < count; entry++) {
      const id = word(1 + entry * 2) & 0xff_ffff;
      if (id !== settingInitialWindow) continue;
      this.isWindowed = true;
      const bytes = word(2 + entry * 2) & 0x7fff_ffff;
      for (const stream of this.#streams.values()) stream.window.grant(bytes - this.#windowBytes);
      this.#windowBytes = bytes;
    }
  }

  #onWindowUpdate(id: number, bytes: number): void {
    this.isWindowed = true;
    if (id === 0) this.sessionWindow.grant(bytes);
    else this.#streams.get(id)?.window.grant(bytes);
  }

  #grant(streamId: number, bytes: number): void {
    const owed = (this.#ungranted.get(streamId) ?? 0) + bytes;
    if (owed >= GRANT_BYTES) void this.send(windowUpdateFrame(streamId, owed));
    this.#ungranted.set(streamId, owed >= GRANT_BYTES ? 0 : owed);
  }

  #ping(): void {
    this.#pingId = this.#pingId >= PING_ID_MAX ? 2 : this.#pingId + 2;
    void this.send(pingFrame(this.#pingId));
  }
}
