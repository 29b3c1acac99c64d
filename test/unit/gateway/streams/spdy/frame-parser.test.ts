import test from 'ava';
import fc from 'fast-check';
import { FrameParser, type SpdyFrame } from '../../../../../gateway/streams/spdy/frame-parser.js';
import {
  controlFrame,
  dataFrame,
  frameFlag,
  pingFrame,
  SpdyProtocolError,
  windowUpdateFrame,
} from '../../../../../gateway/streams/spdy/frames.js';

const parseAll = (chunks: readonly Uint8Array[]): SpdyFrame[] => {
  const parser = new FrameParser();
  return chunks.flatMap((chunk) => [...parser.push(chunk)]);
};

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...chunks, bytes.subarray(at)];
}

test('frames are the same wherever the connection cuts them', (t) => {
  const bytes = Buffer.concat([
    controlFrame(1, frameFlag.fin, Buffer.from('0123456789abc')),
    dataFrame(5, Buffer.from('payload'), true),
    pingFrame(7),
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), (lengths) => {
      const frames = parseAll(cut(bytes, lengths));
      const data = frames.filter((frame) => frame.kind === 'data');
      t.is(Buffer.concat(data.map((piece) => piece.data)).toString(), 'payload');
      t.deepEqual(
        data.map((piece) => piece.flags).filter((flags) => flags !== 0),
        [frameFlag.fin],
      );
      t.is(data.at(-1)?.flags, frameFlag.fin);
      const controls = frames.filter((frame) => frame.kind === 'control');
      t.deepEqual(
        controls.map(({ type, flags, payload }) => [type, flags, payload.toString('hex')]),
        [
          [1, frameFlag.fin, Buffer.from('0123456789abc').toString('hex')],
          [6, 0, '00000007'],
        ],
      );
    }),
    { numRuns: 100, seed: 1 },
  );
});

test('an empty last data frame still ends its stream', (t) => {
  t.deepEqual(parseAll([dataFrame(3, new Uint8Array(), true)]), [
    { kind: 'data', streamId: 3, data: Buffer.alloc(0), flags: frameFlag.fin },
  ]);
});

test('frames are laid out as in the specification', (t) => {
  t.is(windowUpdateFrame(1, 65_536).toString('hex'), '8003000900000008' + '00000001' + '00010000');
  t.is(dataFrame(1, Buffer.from('A'), true).toString('hex'), '00000001' + '01000001' + '41');
});

test('another version, and a control frame without bounds, end the session', (t) => {
  t.throws(() => parseAll([Buffer.from('8002000100000000', 'hex')]), {
    instanceOf: SpdyProtocolError,
    message: /version 2/,
  });
  t.throws(() => parseAll([Buffer.from('8003000100ffffff', 'hex')]), {
    instanceOf: SpdyProtocolError,
    message: /too large/,
  });
});
