/** Docker pods from apply to Running, one and a burst, beside what Docker itself takes to create and start as many sandboxes and containers. Interleaved. */
import type Docker from 'dockerode';
import { putBusyboxImage } from '../../node-agent/containers/docker-local-image.js';
import { distributionOf, median } from '../harness/distribution.js';
import { docker as engine, dockerSocket } from '../harness/docker.js';
import { type Figure, ms } from '../harness/report.js';
import { TroupeServer } from '../harness/troupe-server.js';
import { H2Connection } from '../load/h2-connection.js';
import { PodCounter } from '../load/pod-counter.js';
import { post, remove } from '../load/request.js';

const image = 'troupe-bench/sleep:1';
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const burst = 20;
/** How many containers the bare side starts at once: Docker gets no faster beyond. */
const bareInFlight = 8;
const pods = '/api/v1/namespaces/default/pods';

export async function docker(say: (text: string) => void): Promise<readonly Figure[]> {
  const socketPath = dockerSocket();
  if (!socketPath) return [{ name: 'Docker pods', value: 'skipped', note: 'no Docker Engine answers' }];
  await putBusyboxImage(socketPath, image, {
    busybox: '/bin/busybox',
    files: {},
    changes: ['CMD ["/bin/sleep","3600"]'],
  });
  const troupe = await TroupeServer.start({ runtime: 'docker' });
  const connection = await H2Connection.open(troupe.target);
  const counter = new PodCounter(connection);
  const [bareOne, oursOne, bareBurst, oursBurst]: number[][] = [[], [], [], []] as number[][];
  try {
    for (let round = 0; round < rounds; round++) {
      bareOne!.push(await bare(engine(), 1));
      oursOne!.push(await ours(connection, counter, `one-${round}`, 1));
      say(`one pod, round ${round + 1}: bare ${ms(bareOne!.at(-1)!)}, Troupe ${ms(oursOne!.at(-1)!)}`);
    }
    for (let round = 0; round < Math.min(2, rounds); round++) {
      bareBurst!.push(await bare(engine(), burst));
      oursBurst!.push(await ours(connection, counter, `burst-${round}`, burst));
      say(`burst, round ${round + 1}: bare ${ms(bareBurst!.at(-1)!)}, Troupe ${ms(oursBurst!.at(-1)!)}`);
    }
  } finally {
    connection.close();
    await troupe.stop();
  }
  return [
    figure('one Docker pod: apply to Running', oursOne!, bareOne!),
    figure(`${burst} Docker pods: apply to all Running`, oursBurst!, bareBurst!),
  ];
}

/** Milliseconds until all run; removes them again. */
async function ours(connection: H2Connection, counter: PodCounter, prefix: string, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const startedAt = performance.now();
  await Promise.all(names.map((name) => post(connection, pods, pod(name))));
  await counter.until(count);
  const tookMs = performance.now() - startedAt;
  await Promise.all(names.map((name) => remove(connection, `${pods}/${name}?gracePeriodSeconds=0`)));
  await counter.until(0);
  return tookMs;
}

function pod(name: string) {
  const container = { name: 'main', image, imagePullPolicy: 'Never' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, containers: [container] },
  };
}

/** A sandbox that holds the network and a container that joins it, as often as asked. */
async function bare(engine: Docker, count: number): Promise<number> {
  const made: Docker.Container[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (next++ < count) {
      const sandbox = await engine.createContainer({ Image: image });
      await sandbox.start();
      const container = await engine.createContainer({
        Image: image,
        HostConfig: { NetworkMode: `container:${sandbox.id}` },
      });
      await container.start();
      made.push(container, sandbox);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, bareInFlight) }, worker));
  const tookMs = performance.now() - startedAt;
  for (const container of made) await container.remove({ force: true });
  return tookMs;
}

function figure(name: string, tookMs: number[], bareMs: readonly number[]): Figure {
  const spread = distributionOf([...tookMs]);
  return {
    name,
    value: ms(median(tookMs)),
    limit: `${ms(median(bareMs))} two create + start each`,
    ratio: median(tookMs.map((value, i) => value / bareMs[i]!)),
    p50: ms(spread.p50),
    p99: ms(spread.p99),
  };
}
