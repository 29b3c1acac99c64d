import test from 'ava';
import { BadRequestError } from '../../../../schemas/errors.js';
import { applyMergePatch } from '../../../../schemas/patch/merge-patch.js';

test('null removes, objects merge, lists and scalars are replaced', (t) => {
  const object = { a: { b: 1, c: 2 }, list: [1, 2], gone: true, same: { x: 1 } };
  const patched = applyMergePatch(object, { a: { b: null, d: { e: null, f: 3 } }, list: [3], gone: null });
  t.deepEqual(patched as unknown, { a: { c: 2, d: { f: 3 } }, list: [3], same: { x: 1 } });
  t.is(patched.same, object.same);
  t.deepEqual(object, { a: { b: 1, c: 2 }, list: [1, 2], gone: true, same: { x: 1 } });
});

test('a patch that changes nothing gives back the same object', (t) => {
  const object = { a: { b: 1 }, list: [{ x: 1 }] };
  t.is(applyMergePatch(object, { a: { b: 1, c: null }, list: [{ x: 1 }] }), object);
});

test('a key named __proto__ is data like any other', (t) => {
  const patched = applyMergePatch({ data: {} }, JSON.parse('{"data":{"__proto__":"x"}}'));
  t.is(JSON.stringify(patched), '{"data":{"__proto__":"x"}}');
});

test('a patch that is no object is refused in the words of Go', (t) => {
  t.throws(() => applyMergePatch({}, [1]), {
    instanceOf: BadRequestError,
    message: 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  });
});
