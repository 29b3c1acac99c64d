import test from 'ava';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  milliOf,
  nanosOfQuantity,
  quantityOfBytes,
  quantityOfMilli,
  valueOf,
} from '../../../../schemas/meta/quantity.js';

test('quantities are printed as Go prints them', (t) => {
  const printed = {
    '0.5': '500m',
    '1000m': '1',
    '1.5Gi': '1536Mi',
    '1024Mi': '1Gi',
    '0.5Ki': '512',
    '1.1Ki': '1126400m',
    '1e3': '1e3',
    '12e7': '120e6',
    '100k': '100k',
    '1000k': '1M',
    '0Mi': '0',
    '+5': '5',
    '-1.5': '-1500m',
    '0.0000000001': '1n',
    '.5': '500m',
    '1.': '1',
  };
  for (const [text, expected] of Object.entries(printed)) t.is(canonicalQuantity(text), expected, text);
});

test('text that is no quantity has no canonical form', (t) => {
  for (const text of ['', '.', 'abc', '1.2.3', '1kk', '1 Gi', '1e', 'Gi', '--1', '1K']) {
    t.is(canonicalQuantity(text), undefined, text);
  }
  t.throws(() => milliOf('abc'), { instanceOf: RangeError, message: /^quantities must match the regular expression/ });
});

test('values are rounded up, as the scheduler must see them', (t) => {
  t.is(valueOf('1500m'), 2);
  t.is(milliOf('1u'), 1);
  t.is(milliOf('2'), 2000);
  t.is(valueOf('1Gi'), 1_073_741_824);
});

test('an absurd exponent is capped instead of computed', (t) => {
  t.is(canonicalQuantity('1e999999999'), '9223372036854775807');
  t.is(canonicalQuantity('1e-999999999'), '1e-9');
});

test('sums and comparisons are exact, whatever the formats', (t) => {
  t.is(addQuantities('100m', '0.9'), '1');
  t.is(addQuantities('0', '1Gi'), '1Gi');
  t.is(compareQuantities('1024Mi', '1Gi'), 0);
  t.is(compareQuantities('1G', '1Gi'), -1);
  t.is(quantityOfMilli(1500), '1500m');
  t.is(quantityOfBytes(1_073_741_824), '1Gi');
});

test('the canonical form means the same and is its own canonical form', (t) => {
  const suffixes = ['', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-2', 'u'];
  const texts = fc
    .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 999 }), fc.constantFrom(...suffixes))
    .map(([whole, fraction, suffix]) => `${whole}.${fraction}${suffix}`);
  fc.assert(
    fc.property(texts, (text) => {
      const canonical = canonicalQuantity(text) as string;
      return canonicalQuantity(canonical) === canonical && nanosOfQuantity(canonical) === nanosOfQuantity(text);
    }),
  );
  t.pass();
});
