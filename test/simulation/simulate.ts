/**
 * `npm run simulate -- --seed N | --seeds COUNT [--from N]`: lives of whole clusters in virtual time; exit code 1 where an invariant was broken.
 * `--lines N`: that many of the trace's last lines. `--about TEXT`: all lines that mention it, whole, also of a life that went well.
 * `--stop`: ends at the first failure. `--mutations`: takes rules out one at a time, and prints which seed notices.
 */
import { parseArgs } from 'node:util';
import { mutations } from './mutations.js';
import { type LifeReport, runLife } from './run-life.js';
import { runMutation } from './run-mutations.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    lines: { type: 'string', default: '40' },
    about: { type: 'string' },
    stop: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
  },
});

process.exitCode = (values.mutations ? await judgeMutations() : await judgeLives()) ? 0 : 1;

async function judgeLives(): Promise<boolean> {
  const first = Number(values.seed ?? values.from);
  const count = values.seed === undefined ? Number(values.seeds ?? 100) : 1;
  const startedMs = performance.now();
  let lives = 0;
  let failures = 0;
  for (let seed = first; seed < first + count; seed++) {
    const beganMs = performance.now();
    const report = await runLife(seed);
    lives++;
    console.log(lineOf(report, performance.now() - beganMs));
    if (values.about !== undefined)
      for (const line of report.lastLines) if (line.includes(values.about)) console.log(line);
    if (!report.failure) continue;
    failures++;
    console.log(failureText(report));
    if (values.stop) break;
  }
  console.log(`${lives} lives, ${failures} failed, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return failures === 0;
}

/** Each rule's absence must be noticed within `--seeds` (200) seeds. */
async function judgeMutations(): Promise<boolean> {
  let isAllFound = true;
  for (const mutation of mutations) {
    const verdict = runMutation(mutation, Number(values.seeds ?? 200));
    const { seed, what } = await verdict.catch((error: Error) => ({ seed: undefined, what: error.message }));
    if (seed === undefined) isAllFound = false;
    console.log(`${seed === undefined ? 'MISSED' : `seed ${seed}`.padEnd(8)}  ${mutation.name}\n          ${what}`);
  }
  return isAllFound;
}

function lineOf({ seed, commits, faults, watchEvents, steps, virtualMs, digest }: LifeReport, tookMs: number): string {
  const kinds = [...faults].map(([kind, times]) => `${kind} ${times}`).join(', ');
  return `seed ${seed}: ${commits} commits, ${watchEvents} watch events, ${steps} steps, ${Math.round(virtualMs / 1000)} s in ${Math.round(tookMs)} ms, ${digest.slice(0, 12)}; ${kinds}`;
}

function failureText({ seed, steps, failure, lastLines }: LifeReport): string {
  const lines = (Number(values.lines) > 0 ? lastLines.slice(-Number(values.lines)) : []).map(
    (line) => `    ${line.slice(0, 240)}`,
  );
  const invariant = (failure as { invariant?: string }).invariant;
  return [
    ...lines,
    `FAILED seed ${seed}, step ${steps}: ${invariant ? `${invariant}: ` : ''}${invariant ? failure!.message : (failure!.stack ?? '')}`,
    `  again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}
