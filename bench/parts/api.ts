/** Creates over HTTP/2 with TLS, 64 in flight, against a server that only reads, and against LMDB alone. Interleaved: each round measures all three. */
import type { LmdbResult, LmdbRun } from '../bare/lmdb-commits.js';
import { distributionOf, median } from '../harness/distribution.js';
import { cpuMs } from '../harness/process-facts.js';
import { Program } from '../harness/program.js';
import { type Figure, ms, perSecond } from '../harness/report.js';
import type { Target } from '../harness/target.js';
import { TroupeServer } from '../harness/troupe-server.js';
import { type BodyKind, CONFIG_MAP_BYTES, POD_BYTES } from '../load/bodies.js';
import type { CreateResult, CreateRun } from '../load/create-load.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const inFlight = 64;
/** A server's code is as fast as it gets after some thousand requests; users' servers live longer than that. */
const warmUpCounts = [10_000, 1_000];
const measuredMs = 4_000;

interface Side {
  readonly rates: number[];
  readonly latenciesMs: number[];
  readonly cpuMicros: number[];
}

const side = (): Side => ({ rates: [], latenciesMs: [], cpuMicros: [] });

export async function api(say: (text: string) => void): Promise<readonly Figure[]> {
  const troupe = await TroupeServer.start();
  const reader = Program.start('bare/reading-server');
  const load = Program.start('load/create-load');
  const lmdb = Program.start('bare/lmdb-commits');
  try {
    const bareTarget = await reader.ask<Target>({});
    const figures: Figure[] = [];
    for (const kind of ['configmap', 'pod'] as const) {
      const [bare, ours, disk] = [side(), side(), side()];
      for (let round = 0; round < rounds; round++) {
        const warmUpCount = warmUpCounts[Math.min(round, 1)]!;
        await create(load, bareTarget, reader.pid, kind, warmUpCount, bare);
        await create(load, troupe.target, troupe.pid, kind, warmUpCount, ours);
        const run: LmdbRun = { bodyBytes: kind === 'pod' ? POD_BYTES : CONFIG_MAP_BYTES, inFlight, measuredMs };
        const { perSecond: rate, latenciesMs } = await lmdb.ask<LmdbResult>(run);
        disk.rates.push(rate);
        for (const latency of latenciesMs) disk.latenciesMs.push(latency);
        say(
          `${kind} round ${round + 1}: reading ${Math.round(bare.rates.at(-1)!)}/s ${Math.round(bare.cpuMicros.at(-1)!)} µs CPU, Troupe ${Math.round(ours.rates.at(-1)!)}/s ${Math.round(ours.cpuMicros.at(-1)!)} µs CPU, LMDB ${Math.round(rate)}/s`,
        );
      }
      figures.push(...figuresOf(kind, bare, ours, disk));
    }
    return figures;
  } finally {
    await Promise.all([load.stop(), reader.stop(), lmdb.stop(), troupe.stop()]);
  }
}

async function create(
  load: Program,
  target: Target,
  pid: number,
  kind: BodyKind,
  warmUpCount: number,
  into: Side,
): Promise<void> {
  const before = cpuMs(pid);
  const run: CreateRun = { target, kind, inFlight, warmUpCount, measuredMs };
  const result = await load.ask<CreateResult>(run);
  if (result.failed > 0) throw new Error(`${result.failed} creates of ${kind}s were refused`);
  into.rates.push(result.perSecond);
  into.cpuMicros.push(((cpuMs(pid) - before) * 1000) / result.all);
  for (const latency of result.latenciesMs) into.latenciesMs.push(latency);
}

function figuresOf(kind: BodyKind, bare: Side, ours: Side, disk: Side): Figure[] {
  const name = kind === 'pod' ? 'Pod 3.5 kB, strict' : 'ConfigMap 2 kB';
  const rate = median(ours.rates);
  const spread = distributionOf(ours.latenciesMs);
  const cpu = `CPU per create ${Math.round(median(ours.cpuMicros))} µs, bare ${Math.round(median(bare.cpuMicros))} µs`;
  return [
    {
      name: `${name}: creates`,
      value: perSecond(rate),
      limit: `${perSecond(median(bare.rates))} reading`,
      ratio: median(ours.rates.map((value, i) => value / bare.rates[i]!)),
      p50: ms(spread.p50),
      p99: ms(spread.p99),
      note: cpu,
    },
    {
      name: `${name}: commits`,
      value: perSecond(rate),
      limit: `${perSecond(median(disk.rates))} LMDB`,
      ratio: median(ours.rates.map((value, i) => value / disk.rates[i]!)),
    },
  ];
}
