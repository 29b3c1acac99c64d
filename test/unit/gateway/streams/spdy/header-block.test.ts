import { constants, createDeflate } from 'node:zlib';
import test from 'ava';
import { spdyDictionary } from '../../../../../gateway/streams/spdy/dictionary.js';
import { HeaderBlockReader, HeaderBlockWriter } from '../../../../../gateway/streams/spdy/header-block.js';
import { SpdyProtocolError } from '../../../../../gateway/streams/spdy/frames.js';

test("the blocks of kubectl's first two streams are read, the second with the first as its dictionary", async (t) => {
  const recorded = '78f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff';
  const reader = new HeaderBlockReader();
  t.deepEqual([...(await reader.read(Buffer.from(recorded, 'hex')))], [['streamtype', 'error']]);
  t.deepEqual(
    [...(await reader.read(Buffer.from('c22ac5565c92925f5a02000000ffff', 'hex')))],
    [['streamtype', 'stdout']],
  );
});

test('what is written is read by any inflate, block after block', async (t) => {
  const writer = new HeaderBlockWriter();
  const reader = new HeaderBlockReader();
  for (const value of ['one', 'two', '']) {
    t.deepEqual([...(await reader.read(writer.write(new Map([['name', value]]))))], [['name', value]]);
  }
});

test('the dictionary is the one whose checksum clients name', (t) => {
  t.is(spdyDictionary.length, 1423);
  const deflate = createDeflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  deflate.end('x');
  return new Promise<void>((resolve) => {
    deflate.once('data', (bytes: Buffer) => {
      t.is(bytes.subarray(2, 6).toString('hex'), 'e3c6a7c2');
      resolve();
    });
  });
});

test('a block that lies about its lengths, or is no zlib, ends the session', async (t) => {
  const lying = new HeaderBlockWriter().write(new Map());
  lying[lying.length - 6] = 9; // Nine pairs, and none there.
  await t.throwsAsync(new HeaderBlockReader().read(lying), { instanceOf: SpdyProtocolError, message: /too early/ });
  await t.throwsAsync(new HeaderBlockReader().read(Buffer.from('nonsense')), { instanceOf: SpdyProtocolError });
});
