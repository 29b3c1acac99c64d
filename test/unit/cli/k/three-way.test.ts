import test from 'ava';
import { threeWayPatch } from '../../../../cli/k/three-way.js';
import type { PatchField, PatchSchema } from '../../../../schemas/openapi/patch-schema.js';

const schemaOf = (fields: Record<string, PatchField>): PatchSchema => ({ fieldOf: (name) => fields[name] });
const container = schemaOf({ env: { strategy: 'merge', mergeKey: 'name' }, args: { strategy: 'replace' } });
const pod = schemaOf({
  containers: { strategy: 'merge', mergeKey: 'name', schema: container },
  selector: { strategy: 'atomic' },
});

test('what the manifest does not mention stays as it is', (t) => {
  const live = { replicas: 3, status: { ready: 1 }, labels: { a: '1', byOthers: '2' } };
  t.deepEqual(threeWayPatch({ labels: { a: '1' } }, { labels: { a: '1' } }, live), {});
});

test('what was applied and is no longer said is deleted, unless it is gone already', (t) => {
  t.deepEqual(threeWayPatch({ a: 1, b: 2, c: { d: 1 } }, { a: 1, c: {} }, { a: 1, b: 2, c: { d: 1 } }), {
    b: null,
    c: { d: null },
  });
  t.deepEqual(threeWayPatch({ b: 2 }, {}, {}), {});
});

test('list items are compared by their merge key, whatever the server added to them or beside them', (t) => {
  const live = {
    containers: [
      { name: 'injected' },
      { name: 'web', image: 'a', pullPolicy: 'Always', env: [{ name: 'X', value: '1' }] },
    ],
  };
  const last = { containers: [{ name: 'web', image: 'a', env: [{ name: 'X', value: '1' }] }] };
  t.deepEqual(threeWayPatch(last, last, live, pod), {});
  const next = { containers: [{ name: 'web', image: 'b', env: [{ name: 'Y', value: '2' }] }] };
  const env = [
    { name: 'Y', value: '2' },
    { $patch: 'delete', name: 'X' },
  ];
  t.deepEqual(threeWayPatch(last, next, live, pod), { containers: [{ name: 'web', image: 'b', env }] });
});

test('without a schema a list that differs is replaced as a whole', (t) => {
  t.deepEqual(threeWayPatch({}, { items: [{ name: 'a' }] }, { items: [{ name: 'b' }] }), { items: [{ name: 'a' }] });
  t.deepEqual(threeWayPatch({}, { selector: { a: 1 } }, { selector: { a: 1, b: 2 } }, pod), { selector: { a: 1 } });
});
