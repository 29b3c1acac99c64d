/** Kubernetes' channels inside WebSocket messages: a channel number before each message's data. */
import type { StreamFrame } from '../../../bus/stream.js';
import type { MessageSocket } from './message-socket.js';

/** `base64`: the number is a digit, and the data base64. `closes`: since v5, channel 255 ends the channel that its data names. */
export interface ChannelFormat {
  readonly base64: boolean;
  readonly closes: boolean;
}

const CLOSE_CHANNEL = 255;
const DIGIT_ZERO = 0x30;
const nothing = new Uint8Array();

/** Undefined for a message that says nothing. Empty data is the end of its channel. */
function decodeMessage(message: Buffer, { base64, closes }: ChannelFormat): StreamFrame | undefined {
  if (message.length === 0) return undefined;
  const first = message[0] as number;
  if (closes && first === CLOSE_CHANNEL)
    return message.length < 2 ? undefined : { channel: message[1] as number, data: nothing };
  const channel = base64 ? first - DIGIT_ZERO : first;
  const data = base64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1);
  return data.length === 0 ? undefined : { channel, data };
}

function encodeMessage({ channel, data }: StreamFrame, { base64 }: ChannelFormat): Uint8Array | string {
  if (base64)
    return (
      String.fromCharCode(DIGIT_ZERO + channel) +
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
    );
  const message = Buffer.allocUnsafe(1 + data.length);
  message[0] = channel;
  message.set(data, 1);
  return message;
}

export class ChannelSocket {
  constructor(
    private readonly socket: MessageSocket,
    private readonly format: ChannelFormat,
  ) {}

  get gone(): Promise<void> {
    return this.socket.closed;
  }

  /** Empty data is the end of its channel. */
  get input(): AsyncIterable<StreamFrame> {
    return decoded(this.socket, this.format);
  }

  /** Also empty messages: they tell a client that the connection stands. */
  write(channel: number, data: Uint8Array): Promise<void> {
    return this.socket.send(encodeMessage({ channel, data }, this.format));
  }

  finish(): void {
    this.socket.close();
  }
}

async function* decoded(socket: MessageSocket, format: ChannelFormat): AsyncGenerator<StreamFrame> {
  for await (const message of socket.messages) {
    const frame = decodeMessage(message, format);
    if (frame) yield frame;
  }
}
