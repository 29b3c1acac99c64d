/** `npm run bench [-- PART…]`: each figure beside a bare limit that was measured in the same run. */
import { availableParallelism, cpus } from 'node:os';
import { type Figure, type Part, tableOf } from './harness/report.js';

const parts: Readonly<Record<string, () => Promise<Part>>> = {
  api: async () => (await import('./parts/api.js')).api,
  watch: async () => (await import('./parts/watch.js')).watch,
  rollout: async () => (await import('./parts/rollout.js')).rollout,
  docker: async () => (await import('./parts/docker.js')).docker,
  memory: async () => (await import('./parts/memory.js')).memory,
  start: async () => (await import('./parts/start.js')).start,
};

await main(process.argv.slice(2));

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    process.stderr.write(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const figures: Figure[] = [];
  for (const name of asked.length > 0 ? asked : Object.keys(parts)) {
    process.stderr.write(`${name} …\n`);
    const part = await parts[name]!();
    try {
      figures.push(...(await part((text) => process.stderr.write(`  ${text}\n`))));
    } catch (error) {
      process.stderr.write(`${name} failed: ${(error as Error).stack}\n`);
      process.exitCode = 1;
    }
  }
  process.stdout.write(
    `\n${tableOf(figures)}\n\n${availableParallelism()} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}\n`,
  );
}
