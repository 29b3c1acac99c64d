/** Opens streams to pods through the agents of their nodes. */
import { type Bus, NoResponderError } from '../../bus/bus.js';
import type { BusStream } from '../../bus/stream.js';
import { nodeStreamSubject } from '../../bus/subjects.js';
import { InternalError, type Status, StatusError } from '../../schemas/errors.js';
import type { StreamOpen } from '../../schemas/messages/node-link.js';

/** Throws InternalError where the node's agent isn't there. */
export async function openNodeStream(bus: Bus, node: string, open: StreamOpen): Promise<BusStream> {
  try {
    return await bus.openStream(nodeStreamSubject(node), open);
  } catch (error) {
    if (error instanceof NoResponderError)
      throw new InternalError(`error dialing backend: node ${node} can't be reached`);
    throw error;
  }
}

/** What went wrong, as a client may see it. */
export function statusOf(error: unknown): Status {
  return (error instanceof StatusError ? error : new InternalError((error as Error).message)).toStatus();
}
