/** `exec`: a command in a container, over the WebSocket protocol `v5.channel.k8s.io`; its exit code becomes ours. */
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import WebSocket from 'ws';
import { refusalOf, type Status } from './cluster-client.js';
import { chooseContainer, choosePod } from './pod-choice.js';
import type { Session } from './session.js';

export interface ExecOptions {
  readonly container?: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

type Socket = Awaited<ReturnType<WebSocketHandler['connect']>>;

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

export async function exec(
  session: Session,
  arg: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<number> {
  const pod = await choosePod(session, arg);
  const tty = options.tty === true && process.stdin.isTTY === true;
  if (options.tty && !tty)
    process.stderr.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  const query = new URLSearchParams({
    container: chooseContainer(pod, options.container),
    stdout: 'true',
    stderr: String(!tty),
    stdin: String(options.stdin === true),
    tty: String(tty),
  });
  for (const word of command) query.append('command', word);
  const where = `${session.at(session.types.named('pods'), pod.metadata.name)}/exec?${query.toString()}`;
  return converse(session, where, { stdin: options.stdin === true, tty });
}

async function converse(
  session: Session,
  where: string,
  { stdin, tty }: { stdin: boolean; tty: boolean },
): Promise<number> {
  let status: Status | undefined;
  const refused = Promise.withResolvers<never>();
  const handler = new WebSocketHandler(session.client.config, (uri, protocols, options) => {
    const made = new WebSocket(uri, protocols, options);
    made.on(
      'unexpected-response',
      (_request, response) => void refusalOf(response).then(refused.reject, refused.reject),
    );
    return made as Socket;
  });
  const connected = handler.connect(where, null, (channel, bytes) => {
    if (channel === channels.stdout) process.stdout.write(bytes);
    else if (channel === channels.stderr) process.stderr.write(bytes);
    else if (channel === channels.status) status = JSON.parse(bytes.toString()) as Status;
    return status === undefined;
  });
  const socket = await Promise.race([connected, refused.promise]);
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  const restore = [stdin ? sendInput(socket, tty) : undefined, tty ? sendSizes(socket) : undefined];
  await closed;
  for (const undo of restore) undo?.();
  return exitCodeOf(status);
}

function sendInput(socket: Socket, tty: boolean): () => void {
  const { stdin } = process;
  if (tty) stdin.setRawMode(true);
  stdin.on('data', (bytes: Buffer) => socket.send(Buffer.concat([Buffer.of(channels.stdin), bytes])));
  stdin.on('end', () => socket.send(Buffer.of(channels.close, channels.stdin)));
  return () => {
    if (tty) stdin.setRawMode(false);
    stdin.pause();
    stdin.unref?.();
  };
}

function sendSizes(socket: Socket): () => void {
  const send = () => {
    const { columns, rows } = process.stdout;
    if (!columns || !rows) return;
    const size = JSON.stringify({ Width: columns, Height: rows });
    socket.send(Buffer.concat([Buffer.of(channels.resize), Buffer.from(size)]));
  };
  send();
  process.stdout.on('resize', send);
  return () => process.stdout.off('resize', send);
}

function exitCodeOf(status: Status | undefined): number {
  if (status?.status === 'Success') return 0;
  const code = status?.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) process.stderr.write(`error: ${status?.message ?? 'the connection was lost'}\n`);
  else process.stderr.write(`command terminated with exit code ${code}\n`);
  return Number(code ?? 1);
}
