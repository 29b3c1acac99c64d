/** Troupe as users run it: the bundle, in a process of its own, with a data folder of its own that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from './target.js';

const program = fileURLToPath(new URL('../../bundle/main.js', import.meta.url));

export interface ServerOptions {
  readonly runtime?: 'docker' | 'simulated';
  readonly nodes?: number;
  /** An existing data folder; kept at the end. */
  readonly data?: string;
}

export class TroupeServer {
  #output = '';
  /** From the start of the process to the line that says it is ready. */
  readyMs = 0;

  private constructor(
    readonly dataFolder: string,
    private readonly isOurs: boolean,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves once it is ready. Rejects, with what it printed, where it ends first. */
  static async start({ runtime = 'simulated', nodes = 1, data }: ServerOptions = {}): Promise<TroupeServer> {
    if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
    const folder = data ?? newDataFolder();
    const flags = [
      '--data',
      folder,
      '--api',
      '127.0.0.1:0',
      '--runtime',
      runtime,
      ...(runtime === 'docker' ? [] : ['--nodes', String(nodes)]),
    ];
    const profiled = process.env['BENCH_PROFILE'] ? ['--cpu-prof', '--cpu-prof-dir', process.env['BENCH_PROFILE']] : [];
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...profiled, program, 'up', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const server = new TroupeServer(folder, data === undefined, child);
    await server.#ready(startedAt);
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get kubeconfig(): string {
    return path.join(this.dataFolder, 'admin.kubeconfig');
  }

  /** Where it listens, and who its administrator is. */
  get target(): Target {
    const text = readFileSync(this.kubeconfig, 'utf8');
    const field = (name: string) => new RegExp(`${name}: (\\S+)`).exec(text)![1]!;
    const pem = (name: string) => Buffer.from(field(name), 'base64').toString();
    const { hostname, port } = new URL(field('server'));
    return {
      host: hostname,
      port: Number(port),
      ca: pem('certificate-authority-data'),
      cert: pem('client-certificate-data'),
      key: pem('client-key-data'),
    };
  }

  #ready(startedAt: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`Troupe did not become ready: ${this.#output.slice(-600)}`));
      this.child.once('exit', gone);
      for (const stream of [this.child.stdout!, this.child.stderr!]) {
        stream.on('data', (chunk) => {
          this.#output += chunk;
          if (this.readyMs || !this.#output.includes('Troupe is ready')) return;
          this.readyMs = performance.now() - startedAt;
          this.child.off('exit', gone);
          resolve();
        });
      }
    });
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      await ended;
    }
    if (this.isOurs) rmSync(this.dataFolder, { recursive: true, force: true });
  }
}

export function newDataFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'troupe-bench-'));
}
