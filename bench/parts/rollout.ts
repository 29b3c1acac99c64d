/** A Deployment of 1,000 simulated pods, from its creation until all run. Every state of every pod is committed on the way, so bare commits are the limit. */
import type { LmdbResult, LmdbRun } from '../bare/lmdb-commits.js';
import { distributionOf, median } from '../harness/distribution.js';
import { Program } from '../harness/program.js';
import { type Figure, ms, perSecond } from '../harness/report.js';
import { TroupeServer } from '../harness/troupe-server.js';
import { H2Connection } from '../load/h2-connection.js';
import { PodCounter } from '../load/pod-counter.js';
import { post, remove } from '../load/request.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const replicas = 1_000;
const nodes = 20;
/** Created, bound, started, ready. */
const commitsPerPod = 4;
const podBytes = 3_000;
const deployments = '/apis/apps/v1/namespaces/default/deployments';

export async function rollout(say: (text: string) => void): Promise<readonly Figure[]> {
  const troupe = await TroupeServer.start({ nodes });
  const lmdb = Program.start('bare/lmdb-commits');
  const connection = await H2Connection.open(troupe.target);
  try {
    const pods = new PodCounter(connection);
    const [tookMs, bare, ages]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const run: LmdbRun = { bodyBytes: podBytes, inFlight: 64, measuredMs: 2_000 };
      bare.push((await lmdb.ask<LmdbResult>(run)).perSecond / commitsPerPod);
      const startedAt = performance.now();
      await post(connection, deployments, deployment(`web-${round}`));
      await pods.until(replicas);
      tookMs.push(performance.now() - startedAt);
      for (const at of pods.running.values()) ages.push(at - startedAt);
      say(`round ${round + 1}: ${replicas} pods after ${ms(tookMs.at(-1)!)}; bare ${Math.round(bare.at(-1)!)} pods/s`);
      await remove(connection, `${deployments}/web-${round}?propagationPolicy=Background`);
      await pods.until(0);
    }
    return figuresOf(tookMs, bare, ages);
  } finally {
    connection.close();
    await Promise.all([lmdb.stop(), troupe.stop()]);
  }
}

function deployment(name: string) {
  const labels = { app: name };
  const container = {
    name: 'main',
    image: 'registry.example.com/team/service:1',
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
    },
  };
}

function figuresOf(tookMs: readonly number[], bare: readonly number[], ages: number[]): Figure[] {
  const spread = distributionOf(ages);
  const rates = tookMs.map((took) => (replicas / took) * 1000);
  return [
    {
      name: `Deployment of ${replicas}: all Running`,
      value: ms(median(tookMs)),
      p50: ms(spread.p50),
      p99: ms(spread.p99),
      note: `the first ${ms(tookMs[0]!)}`,
    },
    {
      name: `Deployment of ${replicas}: pods`,
      value: perSecond(median(rates)),
      limit: `${perSecond(median(bare))} LMDB`,
      ratio: median(rates.map((rate, i) => rate / bare[i]!)),
      note: `limit: ${commitsPerPod} commits a pod`,
    },
  ];
}
