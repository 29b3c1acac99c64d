/** Docker's multiplexed stream: a header of 8 bytes (1 stdout, 2 stderr; length) before each piece of output. */
export interface OutputFrame {
  readonly source: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const HEADER = 8;

/** Cuts chunks into frames, whatever way they arrive. */
export class FrameParser {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): OutputFrame[] {
    let buffer = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    const frames: OutputFrame[] = [];
    while (buffer.length >= HEADER) {
      const end = HEADER + buffer.readUInt32BE(4);
      if (buffer.length < end) break;
      frames.push({ source: buffer[0] === 2 ? 'stderr' : 'stdout', data: buffer.subarray(HEADER, end) });
      buffer = buffer.subarray(end);
    }
    this.rest = buffer;
    return frames;
  }
}

/** A terminal's output has no frames: all of it is stdout. */
export class RawParser {
  push(chunk: Buffer): OutputFrame[] {
    return [{ source: 'stdout', data: chunk }];
  }
}
