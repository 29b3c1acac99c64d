/** Connections into a sandbox's network. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { BusStream } from '../../../bus/stream.js';
import { type Clock } from '../../../runtime/process/clock.js';
import { streamChannel } from '../../../schemas/messages/node-link.js';
import { RuntimeError } from '../container-runtime.js';

const CONNECT_MS = 5_000;

export interface ForwardTarget {
  /** The sandbox's process, as this machine counts. */
  readonly pid: number;
  readonly hostNetwork: boolean;
  readonly ips: readonly string[];
}

/** Runs inside the sandbox's network: joins its stdin and stdout to the port; says why it can't, and ends with 1. */
const HELPER = `
const net = require('node:net');
const port = Number(process.argv[1]);
const dial = (host, next) => {
  const socket = net.connect({ host, port, allowHalfOpen: true });
  socket.once('error', next);
  socket.once('connect', () => {
    socket.removeListener('error', next);
    socket.on('error', () => process.exit(0));
    process.stderr.write('ok');
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
    socket.once('end', () => process.stdout.write('', () => process.exit(0)));
  });
};
dial('127.0.0.1', (four) => dial('::1', (six) => {
  process.stderr.write('IPv4: ' + four.message + ' IPv6: ' + six.message);
  process.exitCode = 1;
}));
`;

function dial(host: string, port: number, clock: Clock): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    const timer = clock.after(CONNECT_MS, () => socket.destroy(new Error(`connect to ${host}:${port} timed out`)));
    socket.once('error', reject).once('close', () => timer.cancel());
    socket.once('connect', () => {
      timer.cancel();
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

async function dialFirst(hosts: readonly string[], port: number, clock: Clock): Promise<Socket> {
  let failure: unknown = new Error('the pod has no address');
  for (const host of hosts) {
    try {
      return await dial(host, port, clock);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** A server that listens on the pod's own loopback can only be reached from inside: setns is not Node's, so a helper process enters by nsenter. */
function dialInside(pid: number, port: number): Promise<Duplex> {
  const args = ['-t', String(pid), '-n', process.execPath, '-e', HELPER, String(port)];
  const helper = spawn('nsenter', args, { stdio: 'pipe', env: {} });
  return new Promise((resolve, reject) => {
    let said = '';
    helper.once('error', reject);
    helper.once('exit', () => reject(new Error(said || 'the helper ended')));
    helper.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said !== 'ok') return;
      const both = Duplex.from({ readable: helper.stdout, writable: helper.stdin });
      both.once('close', () => helper.kill());
      resolve(both);
    });
  });
}

/** `localhost` of the pod first where that is cheap, as kubelet has it. Throws RuntimeError `start-failed` with kubelet's words. */
export async function dialSandbox(target: ForwardTarget, port: number, clock: Clock): Promise<Duplex> {
  const hosts = target.hostNetwork ? ['127.0.0.1', '::1'] : target.ips;
  try {
    return await dialFirst(hosts, port, clock);
  } catch (outside) {
    if (target.hostNetwork) throw refused(port, outside);
    return dialInside(target.pid, port).catch((inside: unknown) => {
      throw refused(port, (inside as NodeJS.ErrnoException).code === 'ENOENT' ? outside : inside);
    });
  }
}

function refused(port: number, why: unknown): RuntimeError {
  return new RuntimeError(
    'start-failed',
    `failed to connect to localhost:${port} inside namespace: ${(why as Error).message}`,
  );
}

function written(connection: Duplex, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => connection.write(data, () => resolve()));
}

async function pumpIn(stream: BusStream, connection: Duplex): Promise<void> {
  for await (const { channel, data } of stream.frames) {
    if (channel !== streamChannel.data) continue;
    if (data.length === 0) connection.end();
    else if (connection.writable) await written(connection, data);
  }
}

async function pumpOut(connection: Duplex, stream: BusStream): Promise<void> {
  for await (const chunk of connection) await stream.write(streamChannel.data, chunk as Buffer);
  stream.end(streamChannel.data);
}

/** Both ways until the server has ended or the client is gone; each side's end is passed on as such. */
export async function forward(connection: Duplex, stream: BusStream): Promise<void> {
  connection.on('error', () => {});
  pumpIn(stream, connection).catch(() => {});
  const ended = pumpOut(connection, stream).catch(() => {});
  await Promise.race([ended, stream.closed]);
  connection.destroy();
}
