/** A thousand watchers over TLS: how many events a second they get under load, and how late they get one at 100 changes a second. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Distribution, distributionOf, median } from '../harness/distribution.js';
import { Program } from '../harness/program.js';
import { type Figure, ms, perSecond } from '../harness/report.js';
import type { Target } from '../harness/target.js';
import { TroupeServer } from '../harness/troupe-server.js';
import type { CreateResult, CreateRun } from '../load/create-load.js';
import { pathOf } from '../load/bodies.js';
import type { PacedRun } from '../load/paced-load.js';
import type { WatchMessage, WatchResult } from '../load/watch-load.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 2);
const watchers = 1_000;
const path = `${pathOf.configmap}?watch=1&resourceVersion=0`;
const measuredMs = 4_000;
const settleMs = 500;
const changesPerSecond = 100;
const writersInFlight = 16;

interface Programs {
  readonly troupe: TroupeServer;
  readonly bare: Program;
  readonly watch: Program;
  readonly load: Program;
  readonly paced: Program;
}

export async function watch(say: (text: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const protocol of ['h2', 'h1'] as const) {
    // A server of its own for each: what one has stored is the other's list.
    const programs: Programs = {
      troupe: await TroupeServer.start(),
      bare: Program.start('bare/watch-server'),
      watch: Program.start('load/watch-load'),
      load: Program.start('load/create-load'),
      paced: Program.start('load/paced-load'),
    };
    try {
      figures.push(...(await measure(protocol, programs, say)));
    } finally {
      await Promise.all(Object.values(programs).map((program) => program.stop()));
    }
  }
  return figures;
}

async function measure(protocol: 'h2' | 'h1', programs: Programs, say: (text: string) => void): Promise<Figure[]> {
  const bareTarget = await programs.bare.ask<Target>('listen');
  const [bare, ours, late]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    bare.push(await watching(programs.watch, protocol, bareTarget, () => flood(programs)));
    await watching(programs.watch, protocol, programs.troupe.target, async () => {
      const paced = await underChanges(programs);
      late.push(...paced.latenciesMs);
      ours.push(await underLoad(programs));
    });
    say(`${protocol} round ${round + 1}: bare ${Math.round(bare.at(-1)!)}/s, Troupe ${Math.round(ours.at(-1)!)}/s`);
  }
  return figuresOf(protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1', bare, ours, distributionOf(late));
}

async function watching<T>(
  program: Program,
  protocol: 'h2' | 'h1',
  target: Target,
  work: () => Promise<T>,
): Promise<T> {
  const ask = (message: WatchMessage) => program.ask(message);
  await ask({ do: 'open', target, protocol, watchers, path });
  await pause(settleMs);
  try {
    return await work();
  } finally {
    await ask({ do: 'close' });
  }
}

async function flood({ bare, watch: program }: Programs): Promise<number> {
  await bare.ask('begin');
  const { deliveries, measuredMs: tookMs } = await program.ask<WatchResult>({
    do: 'measure',
    measuredMs,
  } satisfies WatchMessage);
  await bare.ask('end');
  return (deliveries / tookMs) * 1000;
}

async function underLoad({ troupe, load, watch: program }: Programs): Promise<number> {
  const run: CreateRun = {
    target: troupe.target,
    kind: 'configmap',
    inFlight: writersInFlight,
    warmUpCount: 0,
    measuredMs: measuredMs + settleMs,
  };
  const written = load.ask<CreateResult>(run);
  await pause(settleMs / 2);
  const {
    deliveries,
    measuredMs: tookMs,
    ended,
  } = await program.ask<WatchResult>({ do: 'measure', measuredMs } satisfies WatchMessage);
  await written;
  if (ended > 0) throw new Error(`${ended} watchers were too slow and lost their watch`);
  return (deliveries / tookMs) * 1000;
}

async function underChanges({ troupe, paced, watch: program }: Programs): Promise<WatchResult> {
  const run: PacedRun = { target: troupe.target, perSecond: changesPerSecond, measuredMs: measuredMs + settleMs };
  const written = paced.ask<number>(run);
  await pause(settleMs);
  const result = await program.ask<WatchResult>({ do: 'measure', measuredMs } satisfies WatchMessage);
  await written;
  return result;
}

function figuresOf(name: string, bare: readonly number[], ours: readonly number[], late: Distribution): Figure[] {
  return [
    {
      name: `${watchers} watchers, ${name}: deliveries under load`,
      value: perSecond(median(ours)),
      limit: `${perSecond(median(bare))} shared buffers`,
      ratio: median(ours.map((value, i) => value / bare[i]!)),
    },
    {
      name: `${watchers} watchers, ${name}: age at ${changesPerSecond} changes/s`,
      value: ms(late.p99),
      p50: ms(late.p50),
      p99: ms(late.p99),
      note: 'from sending the create to the event: the commit is in it',
    },
  ];
}
