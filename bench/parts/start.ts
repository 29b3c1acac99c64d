/** From starting the process to being ready, with an empty store and with 10,000 objects; the limit is a Node process with a TLS server in it. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { median, distributionOf } from '../harness/distribution.js';
import { Program } from '../harness/program.js';
import { type Figure, ms } from '../harness/report.js';
import { newDataFolder, TroupeServer } from '../harness/troupe-server.js';
import type { FillRun } from '../load/fill.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const objects = 10_000;
const bareProgram = "require('node:http2').createSecureServer({}).listen(0, () => process.exit(0))";

export async function start(say: (text: string) => void): Promise<readonly Figure[]> {
  const filled = await filledFolder();
  const [bare, empty, full]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let round = 0; round < rounds; round++) {
      bare.push(await bareStart());
      empty.push(await readyMs());
      full.push(await readyMs(filled));
      say(
        `round ${round + 1}: bare ${ms(bare.at(-1)!)}, empty ${ms(empty.at(-1)!)}, ${objects} objects ${ms(full.at(-1)!)}`,
      );
    }
  } finally {
    rmSync(filled, { recursive: true, force: true });
  }
  return [figure('ready, empty', empty, bare), figure(`ready, ${objects} objects`, full, bare)];
}

async function readyMs(data?: string): Promise<number> {
  const troupe = await TroupeServer.start({ data });
  await troupe.stop();
  return troupe.readyMs;
}

async function filledFolder(): Promise<string> {
  const data = newDataFolder();
  const troupe = await TroupeServer.start({ data });
  const load = Program.start('load/fill');
  await load.ask({ target: troupe.target, objects } satisfies FillRun);
  await Promise.all([load.stop(), troupe.stop()]);
  return data;
}

function bareStart(): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    spawn(process.execPath, ['-e', bareProgram], { stdio: 'ignore' }).once('exit', () =>
      resolve(performance.now() - startedAt),
    );
  });
}

function figure(name: string, tookMs: number[], bare: readonly number[]): Figure {
  const value = median(tookMs);
  const spread = distributionOf([...tookMs]);
  return {
    name,
    value: ms(value),
    limit: `${ms(median(bare))} node with a TLS server`,
    ratio: value / median(bare),
    p50: ms(spread.p50),
    p99: ms(spread.p99),
  };
}
