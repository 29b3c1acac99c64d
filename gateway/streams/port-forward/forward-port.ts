/** One connection to a port of a pod, whatever brings it. */
import type { BusStream } from '../../../bus/stream.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import type { PodTarget } from '../pod-target.js';
import { statusOf } from '../node-streams.js';

/** The client's end of the connection. */
export interface PortClient {
  /** Until the client ends its side. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly gone: Promise<void>;
  /** Resolves when more may be written. Rejects once the client has left. */
  write(data: Uint8Array): Promise<void>;
  fail(message: string): Promise<void>;
  /** Nothing more comes from the pod. */
  finish(): void;
}

export type OpenPort = (port: number) => Promise<BusStream>;

/** Resolves when the connection is over. Never rejects. */
export async function forwardPort(client: PortClient, port: number, target: PodTarget, open: OpenPort): Promise<void> {
  try {
    const node = await open(port);
    void client.gone.then(() => node.close());
    copyInput(client, node).catch(() => undefined); // The pod has closed the connection: the other direction sees that.
    try {
      await copyOutput(node, client);
      const error = await node.closed;
      if (error) throw error;
    } finally {
      node.close();
    }
  } catch (error) {
    const { message = '', details } = statusOf(error);
    const why = details?.causes?.[0]?.message ?? message; // Without "Internal error occurred".
    await client
      .fail(`error forwarding port ${port} to pod ${target.pod}, uid ${target.uid}: ${why}`)
      .catch(() => undefined);
  } finally {
    client.finish();
  }
}

async function copyInput(client: PortClient, node: BusStream): Promise<void> {
  for await (const data of client.input) await node.write(streamChannel.data, data);
  node.end(streamChannel.data);
}

/** Until the pod closes, or the client has left. */
async function copyOutput(node: BusStream, client: PortClient): Promise<void> {
  for await (const { data } of node.frames) {
    if (data.length === 0) continue;
    try {
      await client.write(data);
    } catch {
      return node.close();
    }
  }
}

/** Throws Error in kubelet's words. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new Error(
      `unable to parse ${JSON.stringify(text)} as a port: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  if (port < 1) throw new Error(`port ${JSON.stringify(text)} must be > 0`);
  return port;
}
