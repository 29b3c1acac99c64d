/** Port-forward over WebSocket channels: two for each port that the query names, one for data and one for an error. One connection per port. */
import type { Query } from '../../query.js';
import { BadRequestError } from '../../../schemas/errors.js';
import { BoundedQueue } from '../bounded-queue.js';
import type { PodTarget } from '../pod-target.js';
import { streamLimits } from '../stream-limits.js';
import type { ChannelFormat, ChannelSocket } from '../websocket/channel-socket.js';
import { forwardPort, type OpenPort, parsePort, type PortClient } from './forward-port.js';

export const webSocketPortProtocols: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

export const webSocketPortFormat = (protocol: string): ChannelFormat => ({
  base64: protocol === 'v4.base64.channel.k8s.io',
  closes: false,
});

/** Throws BadRequestError. */
export function portsOf(query: Query): number[] {
  const texts = query.all('ports');
  if (texts.length === 0) throw new BadRequestError('query parameter "ports" is required');
  if (texts.includes('')) throw new BadRequestError('query parameter "ports" cannot be empty');
  const ports = texts.flatMap((text) => text.split(',')).map(asPort);
  if (ports.length > streamLimits.portsMax)
    throw new BadRequestError(`at most ${streamLimits.portsMax} ports may be forwarded at once`);
  return ports;
}

function asPort(text: string): number {
  try {
    return parsePort(text);
  } catch (error) {
    throw new BadRequestError((error as Error).message);
  }
}

/** Resolves when all connections are over, or the client has left. Never rejects. */
export async function forwardWebSocketPorts(
  channels: ChannelSocket,
  ports: readonly number[],
  target: PodTarget,
  open: OpenPort,
): Promise<void> {
  const clients = ports.map((port, index) => new ChannelPortClient(channels, index, port));
  void copyInput(channels, clients);
  await Promise.all(clients.map((client) => forwardPort(client, client.port, target, open)));
  channels.finish();
}

async function copyInput(channels: ChannelSocket, clients: readonly ChannelPortClient[]): Promise<void> {
  for await (const { channel, data } of channels.input) {
    if (channel % 2 === 0) await clients[channel / 2]?.input.push(data);
  }
  for (const { input } of clients) input.end();
}

class ChannelPortClient implements PortClient {
  readonly input = new BoundedQueue<Uint8Array>(streamLimits.inputBytesMax, (data) => data.length);

  constructor(
    private readonly channels: ChannelSocket,
    private readonly index: number,
    readonly port: number,
  ) {
    // Both channels begin with the port's number, in two bytes, the low one first.
    const number = Uint8Array.of(port & 0xff, port >> 8);
    for (const channel of [2 * index, 2 * index + 1]) channels.write(channel, number).catch(() => undefined);
  }

  get gone(): Promise<void> {
    return this.channels.gone;
  }

  write(data: Uint8Array): Promise<void> {
    return this.channels.write(2 * this.index, data);
  }

  fail(message: string): Promise<void> {
    return this.channels.write(2 * this.index + 1, Buffer.from(message));
  }

  finish(): void {
    this.input.abort();
  }
}
