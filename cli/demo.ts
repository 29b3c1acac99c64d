/** `npm start -- --demo`: runs deploy/examples/hello.yaml and serves a page that shows which pod answered. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildDemoImage } from './demo-image.js';
import { type StandIn, startForwarder } from './demo-forwarder.js';
import { onPath } from './docker-engine.js';
import { apply } from './k/apply.js';
import { openSession } from './k/session.js';
import type { Progress } from './progress.js';
import { ReadyPods } from './ready-pods.js';

export interface DemoOptions {
  readonly kubeconfigPath: string;
  readonly dataFolder: string;
  readonly runtime: 'docker' | 'simulated';
  readonly progress: Progress;
}

const examples = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy', 'examples');
const image = 'troupe.local/hello:1';
const replicas = 3;
const readyDeadlineMs = 60_000;
const pollMs = 100;

/** Says what is wrong instead of throwing: the cluster runs on without its demo. */
export async function startDemo(options: DemoOptions): Promise<void> {
  try {
    await run(options);
  } catch (error) {
    options.progress.say(`The demo didn't start: ${(error as Error).message}`);
  }
}

async function run({ kubeconfigPath, runtime, progress }: DemoOptions): Promise<void> {
  const folder = path.join(examples, 'hello');
  progress.say('');
  if (runtime === 'docker')
    await progress.step(`Building the demo's image ${image}`, () => buildDemoImage(image, folder, progress));
  const session = await openSession({ kubeconfig: kubeconfigPath, namespace: 'default' });
  const lines: string[] = [];
  const failed = await apply(
    { ...session, say: (line) => lines.push(line) },
    { filename: [path.join(examples, 'hello.yaml')] },
  );
  for (const line of lines) progress.say(line);
  if (failed) throw new Error('deploy/examples/hello.yaml was refused');
  const pods = new ReadyPods(session, 'app=hello');
  void pods.follow();
  await progress.step('Waiting for its pods', () => untilReady(pods));
  const url = await startForwarder(
    pods,
    runtime === 'simulated' ? standIn(readFileSync(path.join(folder, 'page.html'), 'utf8')) : undefined,
  );
  announce(url, pods, runtime, progress);
}

async function untilReady(pods: ReadyPods): Promise<void> {
  const deadline = performance.now() + readyDeadlineMs;
  while (pods.count < replicas) {
    if (performance.now() > deadline && pods.count > 0) return;
    if (performance.now() > deadline)
      throw new Error('none of its pods got ready in a minute; `npm run k -- describe pods -l app=hello` says why');
    await pause(pollMs);
  }
}

function announce(url: string, pods: ReadyPods, runtime: DemoOptions['runtime'], progress: Progress): void {
  progress.say(
    `\nThe demo runs: ${pods.count} pods${runtime === 'simulated' ? ', simulated, so Troupe answers in their place' : ''}.`,
  );
  progress.say(`  Open        ${url}  (each answer comes from the next pod)`);
  const [pod] = pods.inTurn();
  if (pod && runtime === 'docker') progress.say(`  One pod     http://${pod.ip}:8080/  (${pod.name} itself)`);
  const scale = 'scale deployment hello --replicas=5';
  progress.say(`  Then try    ${onPath('kubectl') ? `kubectl ${scale}` : `npm run k -- ${scale}`}`);
}

/** Says plainly that no container answered. */
function standIn(page: string): StandIn {
  return ({ name, ip, node }, { url }, response) => {
    if (url === '/cgi-bin/who')
      return void response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify({ pod: name, ip, node }));
    if (url !== '/') return void response.writeHead(404).end();
    const facts: Record<string, string> = {
      pod: name,
      ip,
      node,
      note: 'The pod is simulated: no container runs, and Troupe answers in its place.',
    };
    const body = page.replace(/\{\{(\w+)\}\}/g, (_, fact: string) => facts[fact] ?? '');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(body);
  };
}
