/** SPDY's bytes inside binary WebSocket messages, cut anywhere. */
import type { ByteTransport } from '../byte-transport.js';
import type { MessageSocket } from './message-socket.js';

export class TunnelTransport implements ByteTransport {
  constructor(private readonly socket: MessageSocket) {}

  get bytes(): AsyncIterable<Uint8Array> {
    return this.socket.messages;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.socket.send(bytes).catch(() => undefined);
  }

  end(): void {
    this.socket.close();
  }

  destroy(): void {
    this.socket.terminate();
  }
}
