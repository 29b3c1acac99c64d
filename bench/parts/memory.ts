/** What the process weighs a minute after kubectl's explain, apply and get of five kinds. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { memoryOf } from '../harness/process-facts.js';
import { dockerSocket } from '../harness/docker.js';
import type { Figure } from '../harness/report.js';
import { TroupeServer } from '../harness/troupe-server.js';

const settleMs = Number(process.env['BENCH_SETTLE_MS'] ?? 60_000);
const kinds = ['pods', 'deployments', 'configmaps', 'nodes', 'events'];
const bareProgram = "require('node:http2').createSecureServer({}).listen(0)";
const mb = (value: number) => `${Math.round(value)} MB`;

const manifest = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'registry.example.com/web:1' }] },
    },
  },
});

export async function memory(say: (text: string) => void): Promise<readonly Figure[]> {
  const runtime = dockerSocket() ? 'docker' : 'simulated';
  const troupe = await TroupeServer.start({ runtime });
  const bare = execFile(process.execPath, ['-e', bareProgram]);
  try {
    await useKubectl(troupe);
    say(`kubectl has explained, applied and got; waiting ${settleMs / 1000} s`);
    await pause(settleMs);
    const ours = memoryOf(troupe.pid);
    const limit = memoryOf(bare.pid!);
    return [
      {
        name: `memory, ${runtime} runtime: RSS`,
        value: mb(ours.rssMb),
        limit: `${mb(limit.rssMb)} node with http2`,
        ratio: ours.rssMb / limit.rssMb,
      },
      {
        name: `memory, ${runtime} runtime: PSS`,
        value: mb(ours.pssMb),
        limit: `${mb(limit.pssMb)} node with http2`,
        ratio: ours.pssMb / limit.pssMb,
      },
    ];
  } finally {
    bare.kill('SIGKILL');
    await troupe.stop();
  }
}

async function useKubectl(troupe: TroupeServer): Promise<void> {
  const kubectl = (args: readonly string[], input?: string) => {
    const running = promisify(execFile)('kubectl', [
      '--kubeconfig',
      troupe.kubeconfig,
      '--cache-dir',
      `${troupe.dataFolder}/kubectl-cache`,
      ...args,
    ]);
    running.child.stdin?.end(input);
    return running;
  };
  await kubectl(['explain', 'pods', '--recursive']);
  await kubectl(['apply', '-f', '-'], manifest);
  for (const kind of kinds) await kubectl(['get', kind, '-A']);
}
