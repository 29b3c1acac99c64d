import test from 'ava';
import { countsOf } from '../../../cli/test-counts.js';

test("the counts are those at the end of ava's report, and what crashed counts as failed", (t) => {
  t.deepEqual(
    countsOf(
      '  ✔ 5 tests passed is a title\n  ─\n\n  \u001B[31m1 test failed\u001B[39m\n  12 tests passed\n  3 tests skipped\n  1 uncaught exception\n',
    ),
    { passed: 12, failed: 2, skipped: 3 },
  );
  t.deepEqual(countsOf('  ✔ a\n  ✔ b\n  ✘ [fail]: c\n  ─\n\n  1 test failed\n'), { passed: 2, failed: 1, skipped: 0 });
  t.deepEqual(countsOf('  No tests found'), { passed: 0, failed: 0, skipped: 0 });
});
