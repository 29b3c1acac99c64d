import test from 'ava';
import type { BusStream } from '../../../../bus/stream.js';
import { BadRequestError } from '../../../../schemas/errors.js';
import { aPod, conversation, Stage } from './stage.js';

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
const failed = {
  ...success,
  status: 'Failure',
  message: 'command terminated with non-zero exit code: exit status 3',
  reason: 'NonZeroExitCode',
};

/** Answers input with itself until its end, then with a status. */
async function echo(stream: BusStream, status: object = success): Promise<void> {
  for await (const { channel, data } of stream.frames) {
    if (channel === 0 && data.length === 0) break;
    await stream.write(channel === 4 ? 2 : 1, data);
  }
  await stream.write(3, Buffer.from(JSON.stringify(status)));
  stream.close();
}

const say = (text: string, status: object) => async (_open: unknown, stream: BusStream) => {
  await stream.write(1, Buffer.from(text));
  await stream.write(3, Buffer.from(JSON.stringify(status)));
  stream.close();
};

test('v5 takes input, sizes and the end of input, and gives output and a Status', async (t) => {
  const stage = new Stage((_open, stream) => void echo(stream));
  const socket = stage.webSocket('/exec?command=cat&stdin=true', ['v5.channel.k8s.io']);
  const messages = await conversation(socket, () => {
    socket.send(Buffer.from('\x00in'));
    socket.send(Buffer.from('\x04{"Width":9,"Height":5}'));
    socket.send(Buffer.from([255, 0]));
  });
  t.is(socket.protocol, 'v5.channel.k8s.io');
  t.deepEqual(messages.map(String), ['\x01', '\x01in', '\x02{"Width":9,"Height":5}', `\x03${JSON.stringify(success)}`]);
  t.deepEqual(stage.opened, [
    {
      kind: 'exec',
      command: ['cat'],
      namespace: 'default',
      pod: 'p',
      uid: 'u1',
      container: 'a',
      stdin: true,
      stdout: true,
      stderr: true,
      tty: false,
    },
  ]);
});

test('before v4 a failure is told as bare text, and success by silence', async (t) => {
  const run = (protocols: string[], status: object) =>
    conversation(new Stage(say('out', status)).webSocket('/exec?command=x', protocols));
  t.deepEqual((await run(['channel.k8s.io'], failed)).map(String), ['\x01', '\x01out', `\x03${failed.message}`]);
  t.deepEqual((await run([], success)).map(String), ['\x01', '\x01out']);
  t.deepEqual((await run(['v4.base64.channel.k8s.io'], success)).map(String), [
    '1',
    `1${btoa('out')}`,
    `3${btoa(JSON.stringify(success))}`,
  ]);
});

test("an error of the node's ends the command as its Status", async (t) => {
  const stage = new Stage((_open, stream) =>
    stream.close(new BadRequestError('container a is not created or running')),
  );
  const messages = await conversation(stage.webSocket('/attach', ['v4.channel.k8s.io']));
  t.is(
    (JSON.parse(messages.at(-1)!.toString('utf8', 1)) as { message: string }).message,
    'container a is not created or running',
  );
});

test('a client that vanishes ends the stream to the node', async (t) => {
  const closed = new Promise((resolve) => {
    const stage = new Stage((_open, stream) => void stream.closed.then(() => resolve('closed')));
    const socket = stage.webSocket('/exec?command=x&stdin=true', ['v5.channel.k8s.io']);
    socket.on('open', () => socket.terminate()).on('error', () => undefined);
  });
  t.is(await closed, 'closed');
});

test('what is wrong before the handshake is an HTTP status', async (t) => {
  const refused = async (target: string, protocols: string[], spec?: object) =>
    (await t.throwsAsync(conversation(new Stage(() => undefined, aPod(spec)).webSocket(target, protocols))))?.message;
  const two = { nodeName: 'n1', containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] };
  t.is(
    await refused('/exec?command=x', ['v9.k8s.io']),
    '403 unable to upgrade: unable to negotiate protocol: client supports [v9.k8s.io], server accepts [v5.channel.k8s.io v4.channel.k8s.io v4.base64.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io base64.channel.k8s.io]',
  );
  t.is(
    await refused('/exec?command=x', [], two),
    '400 a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i]',
  );
  t.is(await refused('/exec?command=x&container=c', [], two), '400 container c is not valid for pod p');
  t.is(
    await refused('/exec?command=x', [], { containers: [{ name: 'a' }] }),
    '400 pod p does not have a host assigned',
  );
  t.is(await refused('/exec', []), '400 you must specify at least one command for the container');
  t.is(await refused('/portforward', ['v4.channel.k8s.io']), '400 query parameter "ports" is required');
});

test('forwarded ports have two channels each, which begin with the port, and tell errors on the second', async (t) => {
  const stage = new Stage((open, stream) => {
    if (open.kind === 'portForward' && open.port === 81) return stream.close(new Error('connection refused'));
    return void (async () => {
      for await (const { data } of stream.frames) {
        await stream.write(1, data);
        return stream.close();
      }
    })();
  });
  const socket = stage.webSocket('/portforward?ports=258,81', ['v4.channel.k8s.io']);
  const messages = await conversation(socket, () => socket.send(Buffer.from('\x00ping')));
  t.deepEqual(
    messages.slice(0, 4).map((message) => [...message]),
    [
      [0, 2, 1],
      [1, 2, 1],
      [2, 81, 0],
      [3, 81, 0],
    ],
  );
  t.deepEqual(messages.slice(4).map(String).sort(), [
    '\x00ping',
    '\x03error forwarding port 81 to pod p, uid u1: connection refused',
  ]);
});

test('logs over WebSocket are binary, or base64 text, after an empty message', async (t) => {
  const read = (protocols: string[]) =>
    conversation(
      new Stage((_open, stream) => void stream.write(1, Buffer.from('line\n')).then(() => stream.close())).webSocket(
        '/log',
        protocols,
      ),
    );
  t.deepEqual((await read(['binary.k8s.io'])).map(String), ['', 'line\n']);
  t.deepEqual((await read(['base64.binary.k8s.io'])).map(String), ['', btoa('line\n')]);
});
