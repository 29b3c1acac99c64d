/** Troupe as a user starts it: a process of its own with a data folder of its own, ended and removed with the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KubectlSession } from './kubectl-session.js';

const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const startDeadlineMs = 30_000;
const stopDeadlineMs = 40_000;

export interface TroupeOptions {
  readonly runtime?: 'docker' | 'simulated';
  readonly nodes?: number;
  /** An existing folder, to start again on it; a new one otherwise. */
  readonly data?: string;
  /** `host:port`; default 127.0.0.1:0, which takes any free port. */
  readonly api?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export class TroupeProcess {
  readonly dataFolder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = '';

  constructor(options: TroupeOptions) {
    this.dataFolder = options.data ?? newDataFolder();
    const { runtime = 'simulated', nodes = 1, api = '127.0.0.1:0' } = options;
    const flags = ['--data', this.dataFolder, '--api', api, '--runtime', runtime, '--nodes', String(nodes)];
    this.#child = spawn(process.execPath, [program, 'up', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk) => (this.#output += chunk));
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Everything that it has printed. */
  get output(): string {
    return this.#output;
  }

  get url(): string {
    return /API\s+(https:\S+)/.exec(this.#output)![1]!;
  }

  get kubeconfig(): string {
    return path.join(this.dataFolder, 'admin.kubeconfig');
  }

  get kubectl(): KubectlSession {
    return new KubectlSession(this.kubeconfig);
  }

  log(): string {
    return readFileSync(path.join(this.dataFolder, 'troupe.log'), 'utf8');
  }

  /** Resolves once it has printed that it is ready. Rejects, with what it printed, where it ends first. */
  async ready(): Promise<this> {
    let gone = false;
    void this.#ended.then(() => (gone = true));
    for (const end = Date.now() + startDeadlineMs; !/Try next/.test(this.#output); await pause(20)) {
      if (gone || Date.now() > end) throw new Error(`Troupe did not become ready: ${this.#output}`);
    }
    return this;
  }

  /** Its exit code (null after a signal) and all that it printed. */
  async ended(): Promise<Ended> {
    return { code: await this.#ended, output: this.#output };
  }

  /** Sends a signal and waits for the end; SIGTERM stops in order, SIGKILL is the power cut. */
  async stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<Ended> {
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), stopDeadlineMs);
    const ended = await this.ended();
    clearTimeout(late);
    return ended;
  }
}

/** A running cluster, and nothing left of it afterwards: containers, networks, mounts and folder are removed. */
export async function startTroupe(
  t: { teardown(fn: () => Promise<void>): void } | undefined,
  options: TroupeOptions = {},
): Promise<TroupeProcess> {
  const troupe = new TroupeProcess(options);
  t?.teardown(() => removeTroupe(troupe));
  return troupe.ready();
}

/** Repeatable. */
export async function removeTroupe(troupe: TroupeProcess): Promise<void> {
  await troupe.stop();
  await runTroupe(['down', '--purge', '--data', troupe.dataFolder]).catch(() => undefined);
  rmSync(troupe.dataFolder, { recursive: true, force: true });
}

/** One command of the program to its end. Rejects where it fails. */
export async function runTroupe(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [program, ...args]);
}

export function newDataFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'troupe-test-'));
}
