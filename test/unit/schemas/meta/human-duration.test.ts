import test from 'ava';
import { ageOf, humanDuration } from '../../../../schemas/meta/human-duration.js';

test('ages read as kubectl prints them', (t) => {
  const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
  const ages: [number, string][] = [
    [-2 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [200 * second, '3m20s'],
    [10 * minute, '10m'],
    [179 * minute, '179m'],
    [180 * minute, '3h'],
    [435 * minute, '7h15m'],
    [8 * hour, '8h'],
    [47 * hour, '47h'],
    [51 * hour, '2d3h'],
    [192 * hour, '8d'],
    [700 * day, '700d'],
    [800 * day, '2y70d'],
    [9 * 365 * day, '9y'],
  ];
  for (const [ms, text] of ages) t.is(humanDuration(ms), text);
  t.is(ageOf(undefined, 0), '<unknown>');
});
