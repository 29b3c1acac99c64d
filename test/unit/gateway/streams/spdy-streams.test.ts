import type { Duplex } from 'node:stream';
import { constants, createDeflate } from 'node:zlib';
import test from 'ava';
import type { BusStream } from '../../../../bus/stream.js';
import { spdyDictionary } from '../../../../gateway/streams/spdy/dictionary.js';
import { FrameParser } from '../../../../gateway/streams/spdy/frame-parser.js';
import {
  controlFrame,
  dataFrame,
  frameType,
  pingFrame,
  windowUpdateFrame,
} from '../../../../gateway/streams/spdy/frames.js';
import { Stage } from './stage.js';

/** A client that opens streams as kubectl does, and notes all that it gets. */
class SpdyClient {
  readonly seen: string[] = [];
  readonly #deflate = createDeflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH });
  readonly #parser = new FrameParser();
  readonly closed: Promise<void>;

  constructor(private readonly socket: Duplex) {
    this.closed = this.#read();
  }

  async open(id: number, headers: Record<string, string>): Promise<void> {
    const pairs = Object.entries(headers).flat();
    const parts = [
      Buffer.from([0, 0, 0, pairs.length / 2]),
      ...pairs.flatMap((text) => [Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]),
    ];
    await new Promise<void>((resolve) => this.#deflate.write(Buffer.concat(parts), () => resolve()));
    this.socket.write(
      controlFrame(
        frameType.synStream,
        0,
        Buffer.concat([Buffer.from([0, 0, 0, id, 0, 0, 0, 0, 0, 0]), this.#deflate.read() as Buffer]),
      ),
    );
  }

  send(frame: Uint8Array): void {
    this.socket.write(frame);
  }

  bytesOf(id: number): number {
    return this.seen
      .filter((line) => line.startsWith(`data ${id} `))
      .reduce((sum, line) => sum + line.split(' ')[2]!.length, 0);
  }

  async #read(): Promise<void> {
    let head = '';
    for await (const chunk of this.socket) {
      let bytes = chunk as Buffer;
      if (!head.endsWith('\r\n\r\n')) {
        head += bytes.toString('latin1');
        const end = head.indexOf('\r\n\r\n') + 4;
        bytes = Buffer.from(head.slice(end), 'latin1');
        head = head.slice(0, end);
        this.seen.push(head.split('\r\n')[0]!);
      }
      for (const frame of this.#parser.push(bytes)) {
        if (frame.kind === 'data')
          this.seen.push(`data ${frame.streamId} ${frame.data.toString()}${frame.flags === 1 ? '$' : ''}`);
        else if (frame.type !== frameType.windowUpdate)
          this.seen.push(
            `${Object.entries(frameType).find(([, type]) => type === frame.type)?.[0]} ${frame.payload.readUInt32BE(0)}`,
          );
      }
    }
  }
}

function spdy(stage: Stage, target: string, version: string): SpdyClient {
  const socket = stage.connect();
  socket.write(
    `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${version}\r\n\r\n`,
  );
  return new SpdyClient(socket);
}

const status = '{"kind":"Status","status":"Success"}';

async function echo(stream: BusStream): Promise<void> {
  for await (const { channel, data } of stream.frames) {
    if (channel !== 0) continue;
    if (data.length === 0) break;
    await stream.write(1, data);
  }
  await stream.write(3, Buffer.from(status));
  stream.close();
}

test('a command begins when its streams are there, and ends each of them before it says good-bye', async (t) => {
  const stage = new Stage((_open, stream) => void echo(stream));
  const client = spdy(stage, '/exec?command=cat&stdin=true&stdout=true', 'v4.channel.k8s.io');
  await client.open(1, { streamtype: 'error' });
  await client.open(3, { streamtype: 'stdin' });
  client.send(dataFrame(3, Buffer.from('early'), false)); // Before all streams are open.
  client.send(pingFrame(1));
  await client.open(5, { streamtype: 'stdout' });
  client.send(dataFrame(3, Buffer.from('late'), true));
  await client.closed;
  t.deepEqual(client.seen, [
    'HTTP/1.1 101 Switching Protocols',
    'synReply 1',
    'synReply 3',
    'ping 1',
    'synReply 5',
    'data 5 early',
    'data 5 late',
    `data 1 ${status}`,
    'data 1 $',
    'rstStream 3',
    'data 5 $',
    'goAway 5',
  ]);
});

test('a stream that nobody asked for is refused', async (t) => {
  const stage = new Stage((_open, stream) => void echo(stream));
  const client = spdy(stage, '/exec?command=cat&stdout=true', 'v4.channel.k8s.io');
  await client.open(1, { streamtype: 'stdin' });
  await client.open(3, { streamtype: 'nonsense' });
  client.send(Buffer.from('8002000100000000', 'hex'));
  await client.closed;
  t.deepEqual(client.seen.slice(1), ['rstStream 1', 'rstStream 3', 'goAway 3']);
});

test('a client that grants gets no more than it grants', async (t) => {
  const stage = new Stage(
    (_open, stream) =>
      void stream
        .write(1, new Uint8Array(200_000).fill(65))
        .then(() => stream.close())
        .catch(() => undefined),
  );
  const client = spdy(stage, '/portforward', 'portforward.k8s.io');
  client.send(windowUpdateFrame(0, 1_000_000));
  await client.open(1, { streamtype: 'error', port: '80', requestid: '0' });
  await client.open(3, { streamtype: 'data', port: '80', requestid: '0' });
  const settled = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  await settled();
  t.is(client.bytesOf(3), 65_536);
  client.send(windowUpdateFrame(3, 10_000));
  await settled();
  t.is(client.bytesOf(3), 75_536);
  client.send(controlFrame(frameType.rstStream, 0, Buffer.from([0, 0, 0, 3, 0, 0, 0, 5])));
  client.send(Buffer.from('8002000100000000', 'hex'));
  await client.closed;
  t.is(client.seen.at(-1), 'goAway 3');
});
