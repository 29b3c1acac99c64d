/** What listens on every port of a simulated pod. */
import type { BusStream } from '../../bus/stream.js';
import { streamChannel } from '../../schemas/messages/node-link.js';

/** Answers the first bytes with one line over HTTP, and ends. */
export async function answerHttp(pod: string, port: number, stream: BusStream): Promise<void> {
  for await (const frame of stream.frames) {
    if (frame.data.length === 0) break;
    const body = `simulated pod ${pod} port ${port}\n`;
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    await stream.write(streamChannel.data, Buffer.from(head + body));
    break;
  }
  stream.end(streamChannel.data);
}
