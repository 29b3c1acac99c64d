/** `npm start`: the embedded cluster with a terminal in front of it. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, watchFile } from 'node:fs';
import path from 'node:path';
import { ensureEngine, onPath } from './docker-engine.js';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded-cluster.js';
import { fileLogger } from './file-logger.js';
import type { MachineOptions } from './machine.js';
import { Progress } from './progress.js';
import { removeRunFile, type RunFile, runningCluster, writeRunFile } from './run-file.js';

export interface UpOptions {
  readonly data: string;
  readonly api?: { readonly host: string; readonly port: number };
  readonly runtime?: 'docker' | 'simulated';
  readonly nodes: number;
  readonly demo: boolean;
  readonly yes: boolean;
}

const defaultHost = '127.0.0.1';
const defaultPort = 6443;
const nextPortsTried = 20;

export async function up(options: UpOptions): Promise<void> {
  const progress = new Progress();
  const dataFolder = path.resolve(options.data);
  const running = runningCluster(dataFolder);
  if (running) return attach(running, dataFolder, progress);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const machine = await chooseMachine(options, dataFolder, progress);
  const cluster = await startEmbeddedCluster({
    dataFolder,
    machine,
    apiHost: options.api?.host ?? defaultHost,
    apiPorts: portsFor(options),
    logger: fileLogger(path.join(dataFolder, 'troupe.log')),
    onFatal: (error) => {
      progress.say(`troupe: ${error.message}`);
      process.exit(1);
    },
  });
  writeRunFile(dataFolder, { url: cluster.url, runtime: machine.runtime });
  stopOnSignals(cluster, dataFolder, machine, progress);
  announce(cluster, options, machine, progress);
  if (options.demo)
    await (await import('./demo.js')).startDemo({
      kubeconfigPath: cluster.kubeconfigPath,
      dataFolder,
      runtime: machine.runtime,
      progress,
    });
  // Everything from here on happens in timers and sockets; timers don't keep the process alive, the API's socket does.
}

async function chooseMachine(options: UpOptions, dataFolder: string, progress: Progress): Promise<MachineOptions> {
  if (options.runtime === 'simulated' || (options.nodes > 1 && options.runtime === undefined))
    return { runtime: 'simulated', nodes: options.nodes };
  const engine = await ensureEngine({ assumeYes: options.yes, dataFolder, progress });
  if (engine.kind === 'answers') return { runtime: 'docker', socketPath: engine.socketPath };
  if (options.runtime === 'docker') throw new Error(`${engine.why}. Start one, or run with --runtime simulated`);
  progress.say(`Containers are only simulated: ${engine.why}. (--runtime docker insists on real ones.)`);
  return { runtime: 'simulated', nodes: options.nodes };
}

function portsFor({ api }: UpOptions): number[] {
  if (api) return [api.port];
  return [...Array.from({ length: nextPortsTried }, (_, i) => defaultPort + i), 0];
}

function announce(cluster: EmbeddedCluster, options: UpOptions, machine: MachineOptions, progress: Progress): void {
  if (!options.api && cluster.port !== defaultPort)
    progress.say(`Port ${defaultPort} is in use, so the API listens on ${cluster.port}.`);
  const nodes =
    machine.runtime === 'docker'
      ? 'containers run in Docker'
      : `${machine.nodes} simulated node${machine.nodes === 1 ? '' : 's'}`;
  // performance.now() counts from the process's start.
  progress.say(`\nTroupe is ready after ${(performance.now() / 1000).toFixed(2)} s (${nodes}).`);
  describe(cluster.url, readable(cluster.kubeconfigPath), progress);
}

function describe(url: string, kubeconfigPath: string, progress: Progress): void {
  progress.say(`  API         ${url}`);
  progress.say(`  kubeconfig  ${kubeconfigPath}\n`);
  progress.say('Try next:');
  for (const command of commandsFor(kubeconfigPath)) progress.say(`  ${command}`);
  if (!onPath('kubectl'))
    progress.say(
      "\nkubectl is not installed; `npm run k` is a small client of Troupe's own. kubectl: https://kubernetes.io/docs/tasks/tools/",
    );
}

/** Relative below the working folder, whole elsewhere. */
function readable(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}

function commandsFor(kubeconfigPath: string): string[] {
  const example = existsSync('deploy/examples/hello.yaml') ? 'deploy/examples/hello.yaml' : '<file>';
  if (onPath('kubectl'))
    return [`export KUBECONFIG=${kubeconfigPath}`, 'kubectl get nodes,pods -A', `kubectl apply -f ${example}`];
  return ['npm run k -- get pods -A', `npm run k -- apply -f ${example}`, 'npm run k -- describe node'];
}

function stopOnSignals(
  cluster: EmbeddedCluster,
  dataFolder: string,
  machine: MachineOptions,
  progress: Progress,
): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return process.exit(130);
    stopping = true;
    progress.say(`\n${signal}: stopping; the state stays in ${readable(dataFolder)}. (Once more to stop at once.)`);
    const kept = machine.runtime === 'docker' ? podsOf(cluster) : 0;
    await cluster.stop();
    removeRunFile(dataFolder);
    if (kept > 0)
      progress.say(
        `${kept} pod${kept === 1 ? "'s containers keep" : "s' containers keep"} running: \`npm start\` takes them over again, \`npm run down\` removes them.`,
      );
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
}

function podsOf({ controlPlane }: EmbeddedCluster): number {
  return (
    controlPlane.caches
      .loaded('pods')
      ?.list()
      .filter((entry) => entry.fields?.['spec.nodeName'] && entry.fields['status.phase'] === 'Running').length ?? 0
  );
}

/** A second start: says where the cluster is, and shows its log until Ctrl-C, which leaves the cluster alone. */
async function attach(run: RunFile, dataFolder: string, progress: Progress): Promise<void> {
  progress.say(
    `Troupe runs already (process ${run.pid}, ${run.runtime} runtime); attached to it. Ctrl-C leaves it running.`,
  );
  describe(run.url, readable(path.join(dataFolder, 'admin.kubeconfig')), progress);
  const log = path.join(dataFolder, 'troupe.log');
  closeSync(openSync(log, 'a'));
  let shown = readFileSync(log).length;
  await new Promise<void>((resolve) => {
    watchFile(log, { interval: 500 }, () => {
      const text = readFileSync(log).subarray(shown);
      shown += text.length;
      process.stdout.write(text);
      if (!runningCluster(dataFolder)) resolve();
    });
    const isGone = setInterval(() => runningCluster(dataFolder) ?? (clearInterval(isGone), resolve()), 1_000);
    process.on('SIGINT', () => resolve());
  });
  process.exit(0);
}
