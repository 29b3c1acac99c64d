/** A BusStream that keeps what is written to it, the newest bytes where it is more than allowed. */
import type { BusStream } from '../../bus/stream.js';

export function streamEnd(bytesMax: number): BusStream & { text(): string } {
  let kept = Buffer.alloc(0);
  return {
    async write(_channel, data) {
      kept = Buffer.concat([kept, data]).subarray(-bytesMax);
    },
    end() {},
    frames: (async function* () {})(),
    close() {},
    closed: new Promise(() => undefined),
    text: () => kept.toString(),
  };
}
