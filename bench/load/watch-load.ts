/** A thousand watchers, each on a TLS connection of its own, that count what they are given. */
import { connect, type TLSSocket } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { answerParent } from '../harness/program.js';
import type { Target } from '../harness/target.js';
import { EventCounter } from './event-counter.js';
import { H2Connection } from './h2-connection.js';

export type WatchMessage =
  | {
      readonly do: 'open';
      readonly target: Target;
      readonly protocol: 'h2' | 'h1';
      readonly watchers: number;
      readonly path: string;
    }
  | { readonly do: 'measure'; readonly measuredMs: number }
  | { readonly do: 'close' };

export interface WatchResult {
  readonly deliveries: number;
  readonly measuredMs: number;
  /** Of every twentieth watcher. */
  readonly latenciesMs: Float64Array;
  /** Whose watch the server has ended. */
  readonly ended: number;
}

const timedEvery = 20;
const openedAtOnce = 20;
const latenciesMs: number[] = [];
let counters: EventCounter[] = [];
let closes: (() => void)[] = [];
let ended = 0;

answerParent(async (message: WatchMessage): Promise<WatchResult | number> => {
  if (message.do === 'open') return open(message);
  if (message.do === 'measure') return measure(message.measuredMs);
  for (const close of closes) close();
  counters = [];
  closes = [];
  return 0;
});

async function open({ target, protocol, watchers, path }: Extract<WatchMessage, { do: 'open' }>): Promise<number> {
  ended = 0;
  for (let i = 0; i < watchers; i += openedAtOnce) {
    await Promise.all(
      Array.from({ length: Math.min(openedAtOnce, watchers - i) }, (_, k) =>
        (protocol === 'h2' ? openH2 : openH1)(target, path, counterOf(i + k)),
      ),
    );
  }
  return counters.length;
}

function counterOf(index: number): EventCounter {
  const counter = new EventCounter(index % timedEvery === 0 ? latenciesMs : undefined);
  counters.push(counter);
  return counter;
}

async function openH2(target: Target, path: string, counter: EventCounter): Promise<void> {
  const connection = await H2Connection.open(target);
  closes.push(() => connection.close());
  connection.get(path, { data: (bytes) => counter.add(bytes), end: () => ended++ });
}

function openH1({ host, port, ca, cert, key }: Target, path: string, counter: EventCounter): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host,
      port,
      ca,
      cert,
      key,
      ALPNProtocols: ['http/1.1'],
      servername: 'localhost',
    });
    let isClosed = false;
    closes.push(() => {
      isClosed = true;
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => isClosed || ended++);
    socket.on('data', (bytes) => counter.add(bytes));
    socket.once('secureConnect', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\naccept: application/json\r\n\r\n`);
      resolve();
    });
  });
}

async function measure(measuredMs: number): Promise<WatchResult> {
  const total = () => counters.reduce((sum, { events }) => sum + events, 0);
  latenciesMs.length = 0;
  const before = total();
  const startedAt = performance.now();
  await pause(measuredMs);
  const tookMs = performance.now() - startedAt;
  return { deliveries: total() - before, measuredMs: tookMs, latenciesMs: Float64Array.from(latenciesMs), ended };
}
