import test from 'ava';
import * as fieldErrors from '../../../../schemas/meta/field-errors.js';
import { InvalidError } from '../../../../schemas/errors.js';

const { duplicate, forbidden, invalid, notFound, notSupported, quoted, required, tooLong, tooMany, typeInvalid } =
  fieldErrors;

test('each kind of error has the reason and the words of Kubernetes', (t) => {
  const rows: [{ reason: string; message: string }, string, string][] = [
    [required('a'), 'FieldValueRequired', 'Required value'],
    [required('a', 'why'), 'FieldValueRequired', 'Required value: why'],
    [invalid('a', 'x"y', 'why'), 'FieldValueInvalid', 'Invalid value: "x\\"y": why'],
    [invalid('a', 5, 'why'), 'FieldValueInvalid', 'Invalid value: 5: why'],
    [invalid('a', undefined, 'why'), 'FieldValueInvalid', 'Invalid value: "null": why'],
    [invalid('a', { b: [1] }, 'why'), 'FieldValueInvalid', 'Invalid value: {"b":[1]}: why'],
    [
      notSupported('a', 'x', ['b', 'c']),
      'FieldValueNotSupported',
      'Unsupported value: "x": supported values: "b", "c"',
    ],
    [duplicate('a', 'x'), 'FieldValueDuplicate', 'Duplicate value: "x"'],
    [forbidden('a', 'why'), 'FieldValueForbidden', 'Forbidden: why'],
    [notFound('a', 'x'), 'FieldValueNotFound', 'Not found: "x"'],
    [typeInvalid('a', 'x', 'why'), 'FieldValueTypeInvalid', 'Invalid value: "x": why'],
    [tooLong('a', 'x', 63), 'FieldValueTooLong', 'Too long: may not be more than 63 bytes'],
    [tooMany('a', 5, 4), 'FieldValueTooMany', 'Too many: 5: must have at most 4 items'],
  ];
  for (const [error, reason, message] of rows) t.like(error, { reason, message, field: 'a' });
});

test('control characters are quoted as Go does', (t) => {
  t.is(quoted('a\u0001\n\u007f☃'), '"a\\x01\\n\\x7f☃"');
});

test('a list of errors becomes one message that tells each once', (t) => {
  const errors = [required('a'), required('a'), forbidden('b', 'no')];
  const error = new InvalidError({ group: 'apps', kind: 'Deployment', name: 'web' }, errors);
  t.is(error.message, 'Deployment.apps "web" is invalid: [a: Required value, b: Forbidden: no]');
});
