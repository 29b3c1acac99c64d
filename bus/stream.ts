/** A duplex stream of framed bytes over the bus, with back-pressure: what logs, exec, attach and port-forward run on. */
export interface StreamFrame {
  readonly channel: number;
  readonly data: Uint8Array;
}

export interface BusStream {
  /** Resolves when the other side can take more. Rejects once the stream has ended. At most 64 KiB a frame; larger data is split. */
  write(channel: number, data: Uint8Array): Promise<void>;
  /** Half-close: no more frames from this side on this channel (stdin's end, EOF of a forwarded port). */
  end(channel: number): void;
  /** Frames from the other side until it closes. An empty `data` marks the end of its channel. */
  readonly frames: AsyncIterable<StreamFrame>;
  /** Ends both directions; `error` reaches the other side as its `closed` value. Repeatable. */
  close(error?: Error): void;
  /** Resolves with the error, or undefined for a clean end. Never rejects. */
  readonly closed: Promise<Error | undefined>;
}
