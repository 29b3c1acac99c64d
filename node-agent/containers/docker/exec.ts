/** Commands run inside containers, and attaching to a container's own process. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Exec } from 'dockerode';
import type { BusStream } from '../../../bus/stream.js';
import { type Clock, sleep } from '../../../runtime/process/clock.js';
import { RuntimeError } from '../container-runtime.js';
import type { Engine } from './engine.js';
import { FrameParser } from './frames.js';
import { pump } from './pump.js';

const OUTPUT_BYTES_MAX = 16_384;
const EXIT_POLL_MS = 10;
const EXIT_POLLS_MAX = 200;

interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** As Go's %q prints a command: `["sh" "-c" "true"]`. */
const quoted = (command: readonly string[]) => `[${command.map((word) => JSON.stringify(word)).join(' ')}]`;

export class DockerExec {
  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  /** Resolves with the exit code; a client that goes away takes the process with it. Throws RuntimeError. */
  async run(
    id: string,
    options: Streams & { readonly command: readonly string[] },
    stream: BusStream,
  ): Promise<number> {
    const exec = await this.create(id, options.command, options);
    const socket = await this.start(exec, options);
    const onResize = (size: { w: number; h: number }) => exec.resize(size);
    const end = await pump(socket, stream, { tty: options.tty, stdin: options.stdin, onResize });
    if (end === 'client-gone') await this.kill(id, exec);
    return this.exitCode(exec);
  }

  /** The first 16 KiB of stdout and stderr together. Throws `timeout`, having killed the process. */
  async runSync(id: string, command: readonly string[], timeoutMs: number) {
    const streams = { stdin: false, stdout: true, stderr: true, tty: false };
    const exec = await this.create(id, command, streams);
    const socket = await this.start(exec, streams);
    let timedOut = false;
    const timer = this.clock.after(timeoutMs, () => {
      timedOut = true;
      void this.kill(id, exec).finally(() => socket.destroy());
    });
    const output = await collect(socket).finally(() => timer.cancel());
    if (timedOut) throw new RuntimeError('timeout', `command ${quoted(command)} timed out`);
    return { exitCode: await this.exitCode(exec), output };
  }

  async attach(id: string, options: Streams, stream: BusStream): Promise<void> {
    const container = this.engine.docker.getContainer(id);
    const found = await this.engine.call(() => container.inspect());
    const tty = found.Config.Tty;
    const stdin = options.stdin && found.Config.OpenStdin;
    const query = { stream: true, stdin, stdout: options.stdout, stderr: options.stderr && !tty };
    // dockerode would send the options as a body too, and the container would read that as its input. A request without a body must be ended at
    // once to be sent at all, which is what `stdin: false` does; the connection it becomes goes both ways all the same.
    const attach = { hijack: true, stdin: false, _query: query, _body: {} };
    const socket = (await this.engine.call(() => container.attach(attach))) as unknown as Socket;
    await pump(socket, stream, { tty, stdin, onResize: (size) => container.resize(size) });
  }

  private create(id: string, command: readonly string[], streams: Streams): Promise<Exec> {
    return this.engine.call((docker) =>
      docker.getContainer(id).exec({
        Cmd: [...command],
        AttachStdin: streams.stdin,
        AttachStdout: streams.stdout || streams.tty,
        AttachStderr: streams.stderr && !streams.tty,
        Tty: streams.tty,
      }),
    );
  }

  private async start(exec: Exec, { stdin, tty }: Streams): Promise<Socket> {
    return (await this.engine.call(() => exec.start({ hijack: true, stdin, Tty: tty }))) as unknown as Socket;
  }

  /** Docker closes the output a moment before it knows the code. */
  private async exitCode(exec: Exec): Promise<number> {
    for (let poll = 0; poll < EXIT_POLLS_MAX; poll++) {
      const { Running, ExitCode } = await this.engine.call(() => exec.inspect());
      if (!Running && ExitCode !== null) return ExitCode;
      await sleep(this.clock, EXIT_POLL_MS);
    }
    throw new RuntimeError('timeout', 'the command gave no exit code');
  }

  /**
   * Docker can't kill what it executes, so the process is killed by its id, if that id means on this machine what it means to Docker. It leads a session of
   * its own, so its children go with it.
   */
  private async kill(containerId: string, exec: Exec): Promise<void> {
    const { Pid: pid, Running: running } = await this.engine
      .call(() => exec.inspect())
      .catch(() => ({ Pid: 0, Running: false }));
    if (!running || !pid) return;
    const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    if (!cgroups.includes(containerId)) return;
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

async function collect(socket: Socket): Promise<string> {
  const parser = new FrameParser();
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of socket) {
      for (const { data } of parser.push(chunk as Buffer)) {
        if (bytes < OUTPUT_BYTES_MAX) parts.push(data);
        bytes += data.length;
      }
    }
  } catch {
    // A connection that breaks off shows in the exit code, or in its absence.
  }
  return Buffer.concat(parts).subarray(0, OUTPUT_BYTES_MAX).toString();
}
