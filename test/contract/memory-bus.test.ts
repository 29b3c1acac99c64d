import test from 'ava';
import type { Bus } from '../../bus/bus.js';
import { MemoryBus } from '../../bus/memory-bus.js';
import { busContract } from './bus.js';

for (const [promise, check] of Object.entries(busContract)) {
  test(`memory bus: ${promise}`, async (t) => {
    await check(new MemoryBus());
    t.pass();
  });
}

/** Each breaks one promise; the suite must notice. */
const broken: Readonly<Record<string, () => Bus>> = {
  'answers asks that nobody serves': () => Object.assign(new MemoryBus(), { ask: () => Promise.resolve(undefined) }),
  'loses every other message': () => {
    const bus = new MemoryBus();
    const publish = bus.publish.bind(bus);
    let count = 0;
    return Object.assign(bus, {
      publish: (subject: string, message: unknown) => (count++ % 2 === 0 ? publish(subject, message) : undefined),
    });
  },
  'delivers twice': () => {
    const bus = new MemoryBus();
    const publish = bus.publish.bind(bus);
    return Object.assign(bus, {
      publish: (subject: string, message: unknown) => [publish(subject, message), publish(subject, message)],
    });
  },
  'never ends a subscription': () => {
    const bus = new MemoryBus();
    const subscribe = bus.subscribe.bind(bus);
    return Object.assign(bus, {
      subscribe: (subject: string, handler: (message: unknown, subject: string) => void) => ({
        ...subscribe(subject, handler),
        end() {},
      }),
    });
  },
  'takes frames without end': () => {
    const bus = new MemoryBus();
    const open = bus.openStream.bind(bus);
    return Object.assign(bus, {
      openStream: async (subject: string, message: unknown) => {
        const stream = await open(subject, message);
        const write = stream.write.bind(stream);
        return Object.assign(stream, {
          write: (channel: number, data: Uint8Array) => (write(channel, data).catch(() => {}), Promise.resolve()),
        });
      },
    });
  },
};

for (const [fault, make] of Object.entries(broken)) {
  test(`the contract catches a bus that ${fault}`, async (t) => {
    const outcomes = await Promise.allSettled(Object.values(busContract).map((check) => withinTurns(check(make()))));
    t.true(outcomes.some(({ status }) => status === 'rejected'));
  });
}

/** A check that waits for what never comes has failed too. */
function withinTurns(check: Promise<void>): Promise<void> {
  let turns = 2_000;
  return new Promise((resolve, reject) => {
    check.then(resolve, reject);
    const turn = () => (turns-- > 0 ? setImmediate(turn) : reject(new Error('it hangs')));
    turn();
  });
}
