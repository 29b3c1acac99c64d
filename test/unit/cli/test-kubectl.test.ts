import test from 'ava';
import { isNewEnough } from '../../../cli/test-kubectl.js';

test('a kubectl of 1.32 is new enough, an older one and none are not', (t) => {
  t.deepEqual(['v1.32.4-dispatcher', 'v1.32.3+ds', 'v2.0.0', 'v1.20.2', undefined].map(isNewEnough), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
