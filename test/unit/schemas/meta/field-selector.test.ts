import test from 'ava';
import {
  checkSelectableFields,
  exactFieldValue,
  matchesFields,
  parseFieldSelector,
} from '../../../../schemas/meta/field-selector.js';

test('=, == and != are understood, with escapes, and absent fields are empty', (t) => {
  const requirements = parseFieldSelector('metadata.name==web,status.phase!=Running,spec.x=a\\,b');
  t.is(exactFieldValue(requirements, 'metadata.name'), 'web');
  t.true(matchesFields(requirements, { 'metadata.name': 'web', 'spec.x': 'a,b' }));
  t.false(matchesFields(requirements, { 'metadata.name': 'web', 'spec.x': 'a,b', 'status.phase': 'Running' }));
  t.true(matchesFields(parseFieldSelector('spec.nodeName='), {}));
});

test('a field that cannot be selected is refused, and so is text without an operator', (t) => {
  t.throws(() => checkSelectableFields(parseFieldSelector('spec.foo=1'), { reason: 1 }), {
    message: 'field label not supported: spec.foo',
  });
  t.notThrows(() => checkSelectableFields(parseFieldSelector('metadata.namespace=x,reason=y'), { reason: 1 }));
  t.throws(() => parseFieldSelector('spec.foo'), {
    message: "invalid selector: 'spec.foo'; can't understand 'spec.foo'",
  });
});
