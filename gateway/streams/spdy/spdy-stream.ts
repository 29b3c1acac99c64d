/** One stream that a client has opened: bytes both ways, each way ended by itself. */
import { BoundedQueue } from '../bounded-queue.js';
import { streamLimits } from '../stream-limits.js';
import { dataFrame, resetStatus, rstStreamFrame } from './frames.js';
import type { SpdyHeaders } from './header-block.js';
import { SendWindow } from './send-window.js';

const FRAME_BYTES_MAX = 32 * 1024;
const nothing = new Uint8Array();

/** What a stream needs of its connection. */
export interface StreamCarrier {
  readonly sessionWindow: SendWindow;
  /** Whether the client has shown that it does flow control. */
  readonly isWindowed: boolean;
  send(frame: Uint8Array): Promise<void>;
  consumed(stream: SpdyStream, bytes: number): void;
  forget(stream: SpdyStream): void;
}

class StreamGoneError extends Error {
  override readonly name = 'StreamGoneError';
}

export class SpdyStream {
  readonly window = new SendWindow();
  /** Resolves when the client has reset the stream, or its connection is over. */
  readonly gone: Promise<void>;
  #resolveGone!: () => void;
  #isGone = false;
  #isLocalEnded: boolean;
  #isRemoteEnded = false;
  readonly #input: BoundedQueue<Uint8Array>;

  constructor(
    readonly id: number,
    readonly headers: SpdyHeaders,
    isReadOnly: boolean,
    private readonly carrier: StreamCarrier,
  ) {
    this.#isLocalEnded = isReadOnly;
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.#input = new BoundedQueue(
      streamLimits.inputBytesMax,
      (data) => data.length,
      (data) => carrier.consumed(this, data.length),
    );
  }

  /** What the client sends, until it ends its side or resets the stream. */
  get input(): AsyncIterable<Uint8Array> {
    return this.#input;
  }

  get isRemoteEnded(): boolean {
    return this.#isRemoteEnded;
  }

  /** Resolves when more may be written. Rejects with StreamGoneError once that is in vain. */
  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; ) {
      const length = await this.#room(Math.min(FRAME_BYTES_MAX, data.length - at));
      await this.carrier.send(dataFrame(this.id, data.subarray(at, at + length), false));
      at += length;
    }
  }

  /** No more from our side. Repeatable. */
  end(): void {
    if (this.#isLocalEnded || this.#isGone) return;
    this.#isLocalEnded = true;
    void this.carrier.send(dataFrame(this.id, nothing, true));
    this.#forgetIfDone();
  }

  /** Ends both ways at once. Repeatable. */
  reset(status: number = resetStatus.cancel): void {
    if (this.#isGone) return;
    void this.carrier.send(rstStreamFrame(this.id, status));
    this.finish();
  }

  /** From the connection: data has come. Resolves when more may come. */
  accept(data: Uint8Array): Promise<void> {
    return this.#input.push(data);
  }

  /** From the connection: the client's side is ended. */
  endInput(): void {
    this.#isRemoteEnded = true;
    this.#input.end();
    this.#forgetIfDone();
  }

  /** From the connection: the stream is over, whatever was to come. */
  finish(): void {
    this.#isGone = true;
    this.#input.end();
    this.window.release();
    this.#resolveGone();
    this.carrier.forget(this);
  }

  async #room(wanted: number): Promise<number> {
    const { sessionWindow } = this.carrier;
    for (;;) {
      if (this.#isGone || this.#isLocalEnded) throw new StreamGoneError('the stream is over');
      const room = this.carrier.isWindowed ? Math.min(wanted, this.window.left, sessionWindow.left) : wanted;
      if (room > 0) {
        this.window.spend(room);
        sessionWindow.spend(room);
        return room;
      }
      await (this.window.left <= 0 ? this.window : sessionWindow).changed();
    }
  }

  #forgetIfDone(): void {
    if (this.#isLocalEnded && this.#isRemoteEnded) this.carrier.forget(this);
  }
}
