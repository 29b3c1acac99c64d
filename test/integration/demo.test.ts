/** `npm start -- --demo`, and what `npm run down -- --purge` leaves of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { findDocker } from '../harness/images.js';
import { newDataFolder, runTroupe } from '../harness/troupe-process.js';

const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const found = await findDocker();
const withDocker = found.docker ? test.serial : test.serial.skip;

interface Who {
  readonly pod: string;
  readonly ip: string;
}

/** Runs the demo until `body` is done, then takes everything away by `down`. */
async function duringDemo(
  t: ExecutionContext,
  runtime: 'docker' | 'simulated',
  body: (url: string, output: () => string) => Promise<void>,
): Promise<void> {
  const data = newDataFolder();
  const child = spawn(
    process.execPath,
    [program, 'up', '--demo', '--runtime', runtime, '--data', data, '--api', '127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      const ready = /Open +(http:\S+)[\s\S]*Then try/.exec(output)?.[1];
      if (ready) resolve(ready);
    });
    child.on('close', () => reject(new Error(`the demo ended: ${output}`)));
  });
  url.catch(() => {});
  try {
    await body(await url, () => output);
  } finally {
    const ended = once(child, 'close');
    await runTroupe(['down', '--purge', '--data', data]);
    await ended;
  }
  t.false(existsSync(data), 'down --purge deletes the data folder');
}

const whoAnswers = async (url: string): Promise<Who> =>
  (await (await fetch(new URL('/cgi-bin/who', url))).json()) as Who;

test.serial('with simulated pods, the page says so and each answer comes from the next pod', async (t) => {
  await duringDemo(t, 'simulated', async (url) => {
    const names = new Set<string>();
    for (let i = 0; i < 6; i++) names.add((await whoAnswers(url)).pod);
    t.is(names.size, 3);
    const page = await (await fetch(url)).text();
    t.regex(page, /The pod is simulated/);
    t.notRegex(page, /\{\{/);
  });
});

withDocker(
  'with Docker, three containers answer in turn, also at their own addresses, and nothing of them is left afterwards',
  async (t) => {
    t.timeout(90_000);
    const addresses = new Map<string, string>();
    await duringDemo(t, 'docker', async (url, output) => {
      for (let i = 0; i < 6; i++) {
        const { pod, ip } = await whoAnswers(url);
        addresses.set(pod, ip);
      }
      t.is(addresses.size, 3);
      const direct = /One pod +(http:\S+)/.exec(output())![1]!;
      const page = await (await fetch(direct)).text();
      t.true([...addresses.keys()].some((pod) => page.includes(`<span id="pod">${pod}</span> answered.`)));
    });
    const left = await found.docker!.listContainers({ all: true });
    const labels = left.map(({ Labels }) => Labels['io.kubernetes.pod.name']);
    t.deepEqual(
      labels.filter((name) => name !== undefined && addresses.has(name)),
      [],
    );
  },
);
