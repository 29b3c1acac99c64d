/** A user at a terminal with the real kubectl and one cluster. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findKubectl } from './kubectl.js';

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** A command line: one string is split at spaces; an array is taken as it is. */
export type CommandLine = string | readonly string[];

const defaultTimeoutMs = 60_000;

export class KubectlSession {
  constructor(
    readonly kubeconfig: string,
    readonly namespace?: string,
  ) {}

  in(namespace: string): KubectlSession {
    return new KubectlSession(this.kubeconfig, namespace);
  }

  /** Runs to the end, whatever comes out. A command that doesn't end is killed: code null. */
  async run(line: CommandLine, options: CallOptions = {}): Promise<Said> {
    const running = this.start(line, { input: '', ...options });
    const late = setTimeout(() => running.child.kill('SIGKILL'), options.timeoutMs ?? defaultTimeoutMs);
    const said = await running.ended;
    clearTimeout(late);
    return said;
  }

  /** The standard output. Rejects, with what kubectl said, where it fails. */
  async ok(line: CommandLine, options: CallOptions = {}): Promise<string> {
    const said = await this.run(line, options);
    if (said.code === 0) return said.stdout;
    throw new Error(`kubectl ${words(line).join(' ')}: exit code ${said.code}\n${said.stdout}${said.stderr}`);
  }

  /** What kubectl complains of. Rejects where the command succeeds. */
  async fails(line: CommandLine, options: CallOptions = {}): Promise<string> {
    const said = await this.run(line, options);
    if (said.code !== 0) return said.stderr;
    throw new Error(`kubectl ${words(line).join(' ')} succeeded: ${said.stdout}`);
  }

  /** The object or list as it is stored. */
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind, which a test looks into
  async get(line: CommandLine): Promise<any> {
    return JSON.parse(await this.ok(['get', ...words(line), '-o', 'json']));
  }

  apply(...objects: readonly object[]): Promise<string> {
    return this.ok('apply -f -', { input: objects.map((object) => JSON.stringify(object)).join('\n') });
  }

  /** Begins a command that goes on (a watch, a followed log, a forwarded port). End it with `stop`. */
  start(line: CommandLine, { env, cwd, input }: CallOptions = {}): RunningCommand {
    const place = this.namespace ? ['-n', this.namespace] : [];
    const all = { ...process.env, ...this.environment, ...env };
    return new RunningCommand(spawn(kubectlBinary(), [...place, ...words(line)], { env: all, cwd }), input);
  }

  /** What makes kubectl (below another program, too) talk to this cluster. */
  get environment(): Record<string, string> {
    const cache = path.join(path.dirname(this.kubeconfig), 'kubectl-cache');
    return { KUBECONFIG: this.kubeconfig, KUBECACHEDIR: cache };
  }
}

export class RunningCommand {
  readonly ended: Promise<Said>;
  #stdout = '';
  #stderr = '';
  #gone = false;

  constructor(
    readonly child: ChildProcess,
    input?: string,
  ) {
    child.stdout!.on('data', (chunk) => (this.#stdout += chunk));
    child.stderr!.on('data', (chunk) => (this.#stderr += chunk));
    child.stdin!.on('error', () => undefined); // It may end without reading.
    if (input !== undefined) child.stdin!.end(input);
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#gone = true;
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Waits until either output has this. Rejects, with the output, after the deadline or when the command ended without it. */
  async prints(pattern: RegExp, deadlineMs = 30_000): Promise<RegExpExecArray> {
    for (const end = Date.now() + deadlineMs; ; await pause(20)) {
      const last = this.#gone || Date.now() > end;
      const found = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (found) return found;
      if (last) throw new Error(`${pattern} was not printed, but: ${this.#stdout}${this.#stderr}`);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Said> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Asks until the answer satisfies. Rejects, with the last answer, after the deadline. */
export async function until<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  deadlineMs = 30_000,
): Promise<T> {
  for (const end = Date.now() + deadlineMs; ; await pause(100)) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`still not as expected: ${typeof answer === 'string' ? answer : JSON.stringify(answer)}`);
  }
}

let found: ReturnType<typeof findKubectl> | undefined;

function kubectlBinary(): string {
  found ??= findKubectl();
  if (found.binary === undefined) throw new Error(found.why);
  return found.binary;
}

function words(line: CommandLine): readonly string[] {
  return typeof line === 'string' ? line.split(' ') : line;
}
