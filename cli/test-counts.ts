/** The counts of a test run, from what ava's reporter prints at its end. */
import { stripVTControlCharacters } from 'node:util';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const failures = [
  'tests? failed',
  'hooks? failed',
  'uncaught exceptions?',
  'unhandled rejections?',
  'test files? did not report any tests',
  'tests? remained pending',
];

/** Ava prints `12 tests passed` (but not beside failures, so its ticks are counted), `1 test failed`, `3 tests skipped`; what never got as far as a test counts as failed. */
export function countsOf(report: string): TestCounts {
  const plain = stripVTControlCharacters(report);
  const sum = (what: string) => {
    const found = [...plain.matchAll(new RegExp(`^\\s*(\\d+) ${what}\\b`, 'gm'))];
    return Number(found.at(-1)?.[1] ?? 0);
  };
  return {
    passed: sum('tests? passed') || (plain.match(/^\s*✔ /gm)?.length ?? 0),
    failed: failures.reduce((all, what) => all + sum(what), 0),
    skipped: sum('tests? skipped'),
  };
}
