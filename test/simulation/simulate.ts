/**
 * `npm run simulate -- --seed N | --seeds COUNT [--from N]`: lives of whole clusters in virtual time; exit code 1 where an invariant was broken.
 * `--lines N`: that many of the trace's last lines. `--about TEXT`: all lines that mention it, whole, also of a life that went well.
 */
import { parseArgs } from 'node:util';
import { type LifeReport, runLife } from './run-life.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    lines: { type: 'string', default: '40' },
    about: { type: 'string' },
  },
});

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds ?? 100) : 1;
let failures = 0;
const startedMs = performance.now();
for (let seed = first; seed < first + count; seed++) {
  const beganMs = performance.now();
  const report = await runLife(seed);
  console.log(lineOf(report, performance.now() - beganMs));
  if (values.about !== undefined) for (const line of report.lastLines) if (line.includes(values.about)) console.log(line);
  if (!report.failure) continue;
  failures++;
  console.log(failureText(report));
}
console.log(`${count} lives, ${failures} failed, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
process.exitCode = failures > 0 ? 1 : 0;

function lineOf({ seed, commits, faults, watchEvents, steps, virtualMs, digest }: LifeReport, tookMs: number): string {
  const kinds = [...faults].map(([kind, times]) => `${kind} ${times}`).join(', ');
  return `seed ${seed}: ${commits} commits, ${watchEvents} watch events, ${steps} steps, ${Math.round(virtualMs / 1000)} s in ${Math.round(tookMs)} ms, ${digest.slice(0, 12)}; ${kinds}`;
}

function failureText({ seed, steps, failure, lastLines }: LifeReport): string {
  const lines = (Number(values.lines) > 0 ? lastLines.slice(-Number(values.lines)) : []).map((line) => `    ${line.slice(0, 240)}`);
  const invariant = (failure as { invariant?: string }).invariant;
  return [...lines, `FAILED seed ${seed}, step ${steps}: ${invariant ? `${invariant}: ` : ''}${invariant ? failure!.message : (failure!.stack ?? '')}`, `  again: npm run simulate -- --seed ${seed}`].join('\n');
}
