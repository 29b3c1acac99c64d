/** What every Bus promises. Plain functions, so that the tests of an adapter and the tests of deliberately broken ones run the same checks. */
import assert from 'node:assert/strict';
import { type Ask, type Bus, NoResponderError } from '../../bus/bus.js';
import type { BusStream } from '../../bus/stream.js';
import { ConflictError, StatusError } from '../../schemas/errors.js';

export type BusCheck = (bus: Bus) => Promise<void>;

const anAsk = (message: unknown): Ask => ({
  id: 'ask-1',
  address: 'pods/default/web',
  method: 'create',
  message,
  budgetMs: 1_000,
  from: 'user',
});

export const busContract: Readonly<Record<string, BusCheck>> = {
  'an ask reaches who serves its subject, and the answer comes back': async (bus) => {
    bus.serve('ask.pods.1', (ask) => Promise.resolve({ got: ask.message, address: ask.address }));
    assert.deepEqual(await bus.ask('ask.pods.1', anAsk({ n: 1 })), { got: { n: 1 }, address: 'pods/default/web' });
  },

  'a refusal reaches the caller as the StatusError that it was': async (bus) => {
    bus.serve('ask.pods.1', () => Promise.reject(new ConflictError({ group: '', resource: 'pods', name: 'web' })));
    const error = await bus.ask('ask.pods.1', anAsk({})).then(
      () => assert.fail('it was answered'),
      (refusal: unknown) => refusal,
    );
    assert.ok(error instanceof StatusError);
    assert.equal(error.reason, 'Conflict');
    assert.equal(error.code, 409);
  },

  'an ask that nobody serves fails at once as such': async (bus) => {
    await assert.rejects(bus.ask('ask.pods.2', anAsk({})), NoResponderError);
  },

  'who stops serving is asked no more': async (bus) => {
    const serving = bus.serve('ask.pods.1', () => Promise.resolve('here'));
    serving.end();
    await assert.rejects(bus.ask('ask.pods.1', anAsk({})), NoResponderError);
  },

  'a message reaches all subscribers of its subject, once each, in order': async (bus) => {
    const seen: string[] = [];
    bus.subscribe('event.pods', (message) => seen.push(`a${String(message)}`));
    bus.subscribe('event.pods', (message) => seen.push(`b${String(message)}`));
    bus.subscribe('event.nodes', (message) => seen.push(`c${String(message)}`));
    for (const n of [1, 2, 3]) bus.publish('event.pods', n);
    await settled();
    assert.deepEqual(
      seen.filter((text) => text.startsWith('a')),
      ['a1', 'a2', 'a3'],
    );
    assert.deepEqual(
      seen.filter((text) => text.startsWith('b')),
      ['b1', 'b2', 'b3'],
    );
    assert.equal(seen.length, 6);
  },

  'a wildcard hears everything below its prefix and nothing beside it': async (bus) => {
    const seen: string[] = [];
    bus.subscribe('up.node-1.>', (_message, subject) => seen.push(subject));
    for (const subject of ['up.node-1.status', 'up.node-10.status', 'up.node-1.a.b']) bus.publish(subject, {});
    await settled();
    assert.deepEqual(seen, ['up.node-1.status', 'up.node-1.a.b']);
  },

  'who ends a subscription hears nothing more': async (bus) => {
    const seen: unknown[] = [];
    const subscription = bus.subscribe('event.pods', (message) => seen.push(message));
    bus.publish('event.pods', 1);
    await settled();
    subscription.end();
    bus.publish('event.pods', 2);
    await settled();
    assert.deepEqual(seen, [1]);
  },

  'a stream carries frames both ways, in order, on their channels': async (bus) => {
    bus.serveStreams('stream.node-1', (open, stream) => void echo(open, stream));
    const stream = await bus.openStream('stream.node-1', { kind: 'exec' });
    await stream.write(0, Buffer.from('one'));
    await stream.write(4, Buffer.from('two'));
    stream.end(0);
    const seen: string[] = [];
    for await (const { channel, data } of stream.frames) seen.push(`${channel}:${Buffer.from(data).toString()}`);
    assert.deepEqual(seen, ['9:exec', '0:one', '4:two', '0:']);
    assert.equal(await stream.closed, undefined);
  },

  'a writer waits for a reader that is behind': async (bus) => {
    let far: BusStream | undefined;
    bus.serveStreams('stream.node-1', (_open, stream) => {
      far = stream;
    });
    const stream = await bus.openStream('stream.node-1', {});
    let written = 0;
    const writing = (async () => {
      for (; written < 64; written++) await stream.write(0, new Uint8Array(64 * 1024));
    })();
    await settled();
    assert.ok(written < 32, `${written} frames of 64 KiB were taken without a reader`);
    let read = 0;
    for await (const { data } of far!.frames) if ((read += data.length) === 64 * 64 * 1024) break;
    await writing;
    stream.close();
  },

  'what one side ends a stream with reaches the other, and nothing can be written then': async (bus) => {
    bus.serveStreams('stream.node-1', (_open, stream) => stream.close(new Error('no such container')));
    const stream = await bus.openStream('stream.node-1', {});
    assert.equal((await stream.closed)?.message, 'no such container');
    await assert.rejects(stream.write(0, Buffer.from('late')));
  },

  'a large frame arrives whole': async (bus) => {
    const far = new Promise<BusStream>((resolve) =>
      bus.serveStreams('stream.node-1', (_open, stream) => resolve(stream)),
    );
    const stream = await bus.openStream('stream.node-1', {});
    const writing = stream.write(1, Buffer.alloc(1_500_000, 7));
    let read = 0;
    for await (const { data } of (await far).frames) {
      assert.ok(data.every((byte) => byte === 7));
      if ((read += data.length) === 1_500_000) break;
    }
    await writing;
  },
};

async function echo(open: unknown, stream: BusStream): Promise<void> {
  await stream.write(9, Buffer.from((open as { kind: string }).kind));
  for await (const { channel, data } of stream.frames) {
    if (data.length > 0) await stream.write(channel, data);
    else break;
  }
  stream.end(0);
  stream.close();
}

/** Long enough for messages that are on their way in this process. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
