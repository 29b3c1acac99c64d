/** What comes out of a stream, for suites that look at it as a whole. */
import type { BusStream } from '../../bus/stream.js';

/** Everything that arrives until the end of the stream, per channel, as text. */
export async function readAll(stream: BusStream): Promise<Map<number, string>> {
  const parts = new Map<number, Buffer[]>();
  for await (const { channel, data } of stream.frames) {
    parts.set(channel, [...(parts.get(channel) ?? []), Buffer.from(data)]);
  }
  return new Map([...parts].map(([channel, buffers]) => [channel, Buffer.concat(buffers).toString()]));
}
