/** exec and attach over WebSocket. */
import type { StreamFrame } from '../../../bus/stream.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import type { ChannelFormat, ChannelSocket } from '../websocket/channel-socket.js';
import type { StreamOptions } from './command-options.js';
import type { OutcomeFormat, RemoteCommandClient } from './remote-command.js';

interface Protocol extends ChannelFormat {
  readonly outcome: OutcomeFormat;
}

/** Without a subprotocol a client gets the oldest. */
const protocols: Readonly<Record<string, Protocol>> = {
  '': { base64: false, closes: false, outcome: 'text' },
  'v5.channel.k8s.io': { base64: false, closes: true, outcome: 'status' },
  'v4.channel.k8s.io': { base64: false, closes: false, outcome: 'status' },
  'v4.base64.channel.k8s.io': { base64: true, closes: false, outcome: 'status' },
  'v3.channel.k8s.io': { base64: false, closes: false, outcome: 'text' },
  'v2.channel.k8s.io': { base64: false, closes: false, outcome: 'text' },
  'channel.k8s.io': { base64: false, closes: false, outcome: 'text' },
  'base64.channel.k8s.io': { base64: true, closes: false, outcome: 'text' },
};

export const webSocketCommandProtocols: readonly string[] = Object.keys(protocols).filter((name) => name !== '');

export const webSocketCommandProtocol = (name: string): Protocol => protocols[name] as Protocol;

export class WebSocketCommandClient implements RemoteCommandClient {
  constructor(
    private readonly channels: ChannelSocket,
    private readonly options: StreamOptions,
  ) {
    // An empty message tells the client that the connection stands.
    const { stdout, stderr } = options;
    const first = stdout ? streamChannel.stdout : stderr ? streamChannel.stderr : streamChannel.error;
    channels.write(first, new Uint8Array()).catch(() => undefined);
  }

  get input(): AsyncIterable<StreamFrame> {
    return this.channels.input;
  }

  get gone(): Promise<void> {
    return this.channels.gone;
  }

  async write(channel: number, data: Uint8Array): Promise<void> {
    if (channel === streamChannel.stdout && !this.options.stdout) return;
    if (channel === streamChannel.stderr && !this.options.stderr) return;
    if (data.length > 0) await this.channels.write(channel, data);
  }

  finish(): void {
    this.channels.finish();
  }
}
