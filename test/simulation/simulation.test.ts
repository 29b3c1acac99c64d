import test from 'ava';
import { mutations } from './mutations.js';
import { type LifeReport, runLife } from './run-life.js';
import { runMutation } from './run-mutations.js';

const SEEDS = 200;
const SEEDS_PER_TEST = 10;
const MUTATION_SEEDS_MAX = 200;
const LINES = 25;
/** Over all seeds each kind of fault was met this often, or the simulation proves less than it says. */
const FAULTS_OF_A_KIND_MIN = 20;

const totals = new Map<string, number>();

function failureText({ seed, steps, failure, lastLines }: LifeReport): string {
  const lines = lastLines.slice(-LINES).map((line) => line.slice(0, 240));
  return [`seed ${seed}, step ${steps}: ${failure!.stack}`, ...lines, `again: npm run simulate -- --seed ${seed}`].join(
    '\n',
  );
}

test.serial('a seed repeats its life exactly, and another seed lives another', async (t) => {
  const [first, again, other] = [await runLife(7), await runLife(7), await runLife(8)];
  t.is(again.digest, first.digest);
  t.is(again.steps, first.steps);
  t.not(other.digest, first.digest);
});

for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
  const last = first + SEEDS_PER_TEST - 1;
  test.serial(
    `clusters of seeds ${first} to ${last} keep every promise through their faults, and come to what was asked`,
    async (t) => {
      t.timeout(120_000);
      for (let seed = first; seed <= last; seed++) {
        const report = await runLife(seed);
        for (const [kind, times] of report.faults) totals.set(kind, (totals.get(kind) ?? 0) + times);
        if (report.failure) return t.fail(failureText(report));
      }
      t.pass();
    },
  );
}

test.serial('the lives in which a bug was found that no unit test repeats are well now', async (t) => {
  for (const seed of [1271, 1275, 1379, 1481]) {
    const report = await runLife(seed);
    if (report.failure) return t.fail(failureText(report));
  }
  t.pass();
});

test.serial('each kind of fault was met often enough', (t) => {
  t.true(totals.size >= 13, [...totals.keys()].join(', '));
  for (const [kind, times] of totals) t.true(times >= FAULTS_OF_A_KIND_MIN, `${kind}: ${times}`);
});

test.serial('two rules, taken out by rotation, are missed by the simulation', async (t) => {
  t.timeout(300_000);
  // Another pair every day, so that all have their turn.
  const day = Math.floor(Date.now() / 86_400_000);
  for (const offset of [0, 1]) {
    const mutation = mutations[(2 * day + offset) % mutations.length]!;
    const { seed, what } = await runMutation(mutation, MUTATION_SEEDS_MAX);
    t.true(seed !== undefined, `${mutation.name}: ${what}`);
    t.log(`${mutation.name}: seed ${seed}, ${what}`);
  }
});
