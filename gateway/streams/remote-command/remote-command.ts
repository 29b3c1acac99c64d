/** exec and attach: a client's channels joined to a container's. */
import type { BusStream, StreamFrame } from '../../../bus/stream.js';
import { InternalError, type Status } from '../../../schemas/errors.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import { statusOf } from '../node-streams.js';

/** A client of any transport. Channel numbers are Kubernetes' own. */
export interface RemoteCommandClient {
  /** stdin and resize, until the client leaves. Empty data ends its channel. */
  readonly input: AsyncIterable<StreamFrame>;
  readonly gone: Promise<void>;
  /** Resolves when more may be written. Rejects once the client has left. Output that it didn't ask for is dropped. */
  write(channel: number, data: Uint8Array): Promise<void>;
  /** Closes once everything is out. Repeatable. */
  finish(): void;
}

/** How the error channel tells the outcome: as a Status since v4; before, failures as bare text, and success by silence. */
export type OutcomeFormat = 'status' | 'text';

/** Resolves when both sides are closed. Never rejects. */
export async function runRemoteCommand(
  client: RemoteCommandClient,
  format: OutcomeFormat,
  open: () => Promise<BusStream>,
): Promise<void> {
  const tell = (outcome: Uint8Array) => client.write(streamChannel.error, outcome).catch(() => undefined);
  try {
    const node = await open();
    const outcome = await joined(client, node);
    if (outcome) await tell(outcomeBytes(outcome, format));
  } catch (error) {
    await tell(outcomeBytes(statusOf(error), format));
  } finally {
    client.finish();
  }
}

function outcomeBytes(status: Status, format: OutcomeFormat): Uint8Array {
  if (format === 'status') return Buffer.from(JSON.stringify(status));
  return Buffer.from(status.status === 'Success' ? '' : (status.message ?? ''));
}

/** The outcome, or undefined when the client left before there was one. */
async function joined(client: RemoteCommandClient, node: BusStream): Promise<Status | undefined> {
  let hasLeft = false;
  void client.gone.then(() => {
    hasLeft = true;
    node.close();
  });
  copyInput(client, node).catch(() => undefined); // The node has ended the stream: its outcome says why.
  try {
    const outcome = await copyOutput(node, client);
    if (hasLeft) return undefined;
    if (outcome) return outcome;
    const error = await node.closed;
    return statusOf(error ?? new InternalError('the stream to the container ended early'));
  } finally {
    node.close();
  }
}

async function copyInput(client: RemoteCommandClient, node: BusStream): Promise<void> {
  for await (const { channel, data } of client.input) {
    if (channel !== streamChannel.stdin && channel !== streamChannel.resize) continue;
    if (data.length === 0) node.end(channel);
    else await node.write(channel, data);
  }
}

async function copyOutput(node: BusStream, client: RemoteCommandClient): Promise<Status | undefined> {
  for await (const { channel, data } of node.frames) {
    if (channel === streamChannel.error) return JSON.parse(Buffer.from(data).toString()) as Status;
    if (data.length === 0) continue;
    try {
      await client.write(channel, data);
    } catch {
      return undefined; // The client has left.
    }
  }
  return undefined;
}
