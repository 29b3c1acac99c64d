/** exec and attach over SPDY/3.1: a stream for each channel, which the client opens and names. */
import type { Clock } from '../../../runtime/process/clock.js';
import type { StreamFrame } from '../../../bus/stream.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import { BoundedQueue } from '../bounded-queue.js';
import type { ByteTransport } from '../byte-transport.js';
import { SpdyConnection } from '../spdy/spdy-connection.js';
import type { SpdyStream } from '../spdy/spdy-stream.js';
import { streamLimits } from '../stream-limits.js';
import type { StreamOptions } from './command-options.js';
import type { OutcomeFormat, RemoteCommandClient } from './remote-command.js';

const resizes: Readonly<Record<string, boolean>> = {
  'v5.channel.k8s.io': true,
  'v4.channel.k8s.io': true,
  'v3.channel.k8s.io': true,
};
const TERMINAL_SIZE_CHARACTERS_MAX = 1024;

export const spdyCommandProtocols: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];

export const spdyOutcomeFormat = (protocol: string): OutcomeFormat =>
  protocol.startsWith('v4') || protocol.startsWith('v5') ? 'status' : 'text';

/** The channels whose streams the client has to open. */
function channelsOf({ stdin, stdout, stderr, tty }: StreamOptions, protocol: string): Set<number> {
  const channels = new Set<number>([streamChannel.error]);
  if (stdin) channels.add(streamChannel.stdin);
  if (stdout) channels.add(streamChannel.stdout);
  if (stderr) channels.add(streamChannel.stderr);
  if (tty && resizes[protocol]) channels.add(streamChannel.resize);
  return channels;
}

const channelNames: ReadonlyMap<string, number> = new Map(
  Object.entries({ stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 }),
);

export class SpdyCommandClient implements RemoteCommandClient {
  /** Resolves with true when the client has opened its streams, with false when it left or took too long. */
  readonly isReady: Promise<boolean>;
  readonly gone: Promise<void>;
  readonly #connection: SpdyConnection;
  readonly #awaited: Set<number>;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #input = new BoundedQueue<StreamFrame>(streamLimits.inputBytesMax, ({ data }) => data.length + 1);
  #resolveReady!: (isReady: boolean) => void;

  constructor(transport: ByteTransport, clock: Clock, options: StreamOptions, protocol: string) {
    this.#awaited = channelsOf(options, protocol);
    this.isReady = new Promise((resolve) => {
      this.#resolveReady = resolve;
    });
    const timer = clock.after(streamLimits.streamCreationMs, () => this.#resolveReady(false));
    void this.isReady.then(() => timer.cancel());
    this.#connection = new SpdyConnection(transport, clock, (headers) => this.#accept(headers.get('streamtype') ?? ''));
    this.gone = this.#connection.closed;
    void this.gone.then(() => {
      this.#resolveReady(false);
      this.#input.end();
    });
  }

  get input(): AsyncIterable<StreamFrame> {
    return this.#input;
  }

  async write(channel: number, data: Uint8Array): Promise<void> {
    await this.#streams.get(channel)?.write(data);
  }

  /** Ends output, so that the client sees its end, takes input away, and closes. */
  finish(): void {
    for (const [channel, stream] of this.#streams) {
      if (channel === streamChannel.stdin || channel === streamChannel.resize) stream.reset();
      else stream.end();
    }
    this.#connection.close();
  }

  #accept(streamType: string): ((stream: SpdyStream) => void) | undefined {
    const channel = channelNames.get(streamType);
    if (channel === undefined || !this.#awaited.delete(channel)) return undefined;
    return (stream) => {
      this.#streams.set(channel, stream);
      if (channel === streamChannel.stdin) void this.#copyStdin(stream);
      else if (channel === streamChannel.resize) void this.#copySizes(stream);
      if (this.#awaited.size === 0) this.#resolveReady(true);
    };
  }

  async #copyStdin(stream: SpdyStream): Promise<void> {
    const channel = streamChannel.stdin;
    for await (const data of stream.input) await this.#input.push({ channel, data });
    await this.#input.push({ channel, data: new Uint8Array() });
  }

  /** Sizes are JSON objects one after the other, cut anywhere. */
  async #copySizes(stream: SpdyStream): Promise<void> {
    let text = '';
    for await (const data of stream.input) {
      text += Buffer.from(data).toString('latin1');
      const sizes = text.split('}');
      text = (sizes.pop() as string).slice(0, TERMINAL_SIZE_CHARACTERS_MAX);
      for (const size of sizes)
        await this.#input.push({ channel: streamChannel.resize, data: Buffer.from(`${size.trim()}}`) });
    }
  }
}
