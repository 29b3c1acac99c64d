import test from 'ava';
import { BadRequestError } from '../../../../schemas/errors.js';
import {
  compileLabelSelector,
  formatLabels,
  matchesSelector,
  selectorText,
  validateLabelSelector,
} from '../../../../schemas/meta/label-selector.js';

test('a query selects what Kubernetes selects', (t) => {
  const selected = (text: string, labels?: Record<string, string>) => compileLabelSelector(text)(labels);
  t.true(selected('', undefined));
  t.true(selected('a=1,b in (x, y),!c,d!=2', { a: '1', b: 'y', d: '3' }));
  t.false(selected('a=1', { a: '2' }));
  t.true(selected('a!=1', {}), 'an absent label is different');
  t.true(selected('a notin (1)', undefined));
  t.true(selected('a=', { a: '' }));
  t.false(selected('a=', {}));
  t.true(selected('n>5', { n: '12' }), 'numbers compare as numbers');
  t.false(selected('n<5', { n: 'many' }));
  t.true(selected('a in (,x)', { a: '' }));
  t.false(selected('toString', {}), 'inherited properties are no labels');
});

test('a selector that cannot be parsed is refused in the words of Kubernetes', (t) => {
  const messages = {
    'a,': "found '', expected: identifier after ','",
    ',a': "found ',', expected: !, identifier, or 'end of string'",
    'a=b=c': "found '=', expected: ',' or 'end of string'",
    'a in x': "unable to parse requirement: found 'x' expected: '('",
    'a b': "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  };
  for (const [text, message] of Object.entries(messages)) {
    t.throws(() => compileLabelSelector(text), { instanceOf: BadRequestError, message }, text);
  }
  t.throws(() => compileLabelSelector('a=b c'), { instanceOf: BadRequestError });
  t.throws(() => compileLabelSelector('a=-b'), {
    message: /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": /,
  });
});

test('a selector object selects nothing when absent and everything when empty', (t) => {
  t.false(matchesSelector(undefined, { a: '1' }));
  t.true(matchesSelector({}, undefined));
  const selector = { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['x'] }] };
  t.true(matchesSelector(selector, { a: '1' }));
  t.false(matchesSelector(selector, { a: '1', b: 'x' }));
});

test('selectors and labels are printed sorted by key', (t) => {
  const matchExpressions = [
    { key: 'b', operator: 'In', values: ['y', 'x'] },
    { key: '0', operator: 'Exists' },
  ];
  t.is(selectorText({ matchLabels: { c: '3', a: '1' }, matchExpressions }), '0,a=1,b in (x,y),c=3');
  t.is(formatLabels({ z: '1', a: '2' }), 'a=2,z=1');
  t.is(formatLabels({}), '<none>');
});

test('a bad selector object is told field by field', (t) => {
  const matchExpressions = [
    { key: 'a', operator: 'In' },
    { key: 'b', operator: 'Exists', values: ['x'] },
    { key: 'c', operator: 'Like' },
  ];
  t.deepEqual(
    validateLabelSelector({ matchExpressions }, 'spec.selector').map(({ field, message }) => `${field}: ${message}`),
    [
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'spec.selector.matchExpressions[2].operator: Invalid value: "Like": not a valid selector operator',
    ],
  );
});
