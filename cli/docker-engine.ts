/** Makes sure that a Docker Engine answers: finds it, or (as root on Debian) installs docker.io and starts dockerd, with and without systemd. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Progress } from './progress.js';

export type Engine =
  | { readonly kind: 'answers'; readonly socketPath: string }
  | { readonly kind: 'absent'; readonly why: string };

const defaultSocket = '/var/run/docker.sock';
const startTriesMax = 100;
const startPauseMs = 300;

/** `assumeYes`: install without asking; off a terminal nobody can be asked, so it is assumed. */
export async function ensureEngine(options: {
  assumeYes: boolean;
  dataFolder: string;
  progress: Progress;
}): Promise<Engine> {
  const socketPath = engineSocket();
  if (await answers(socketPath)) return { kind: 'answers', socketPath };
  if (process.platform !== 'linux') return { kind: 'absent', why: 'no Docker Engine answers on this machine' };
  if (process.getuid?.() !== 0)
    return { kind: 'absent', why: `no Docker Engine answers at ${socketPath}, and only root may install or start one` };
  if (!onPath('dockerd') && !(await install(options))) return { kind: 'absent', why: 'dockerd is not installed' };
  return startDaemon(socketPath, options);
}

/** Where the engine is asked: DOCKER_HOST if it is a unix socket, else the default. */
export function engineSocket(): string {
  const host = process.env['DOCKER_HOST'];
  return host?.startsWith('unix://') ? host.slice('unix://'.length) : defaultSocket;
}

async function install({ assumeYes, progress }: { assumeYes: boolean; progress: Progress }): Promise<boolean> {
  if (!onPath('apt-get')) return false;
  if (
    !assumeYes &&
    process.stdin.isTTY &&
    !(await agreed("No Docker Engine is installed. Install Debian's docker.io with apt-get? [Y/n] "))
  )
    return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-q', ...args], environment);
  await progress.step("Reading Debian's package lists", () => apt('update'));
  await progress.step("Installing Debian's docker.io", () =>
    apt('install', '-y', '--no-install-recommends', 'docker.io', 'iptables', 'busybox-static'),
  );
  return onPath('dockerd');
}

async function startDaemon(
  socketPath: string,
  { dataFolder, progress }: { dataFolder: string; progress: Progress },
): Promise<Engine> {
  const logPath = path.join(dataFolder, 'dockerd.log');
  const hasSystemd = existsSync('/run/systemd/system');
  await progress.step('Starting dockerd', async () => {
    if (hasSystemd) await run('systemctl', ['start', 'docker']);
    else startDetached(logPath);
    for (let tries = 0; tries < startTriesMax && !(await answers(socketPath)); tries++) await pause(startPauseMs);
  });
  if (await answers(socketPath)) return { kind: 'answers', socketPath };
  return { kind: 'absent', why: `dockerd did not come up; see ${hasSystemd ? 'journalctl -u docker' : logPath}` };
}

function startDetached(logPath: string): void {
  const log = openSync(logPath, 'a');
  spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

/** GET /_ping over the socket. */
export function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', timeout: 3_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
  });
}

async function agreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return /^\s*(y|yes|)\s*$/i.test(answer);
}

export function onPath(program: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  return folders.some((folder) => existsSync(path.join(folder, program)));
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 2, 2], env });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${program} ${args.join(' ')} ended with code ${code}; its message stands above`)),
    );
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
