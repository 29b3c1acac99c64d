import test from 'ava';
import type { PatchField, PatchSchema } from '../../../../schemas/openapi/patch-schema.js';
import { applyStrategicMergePatch } from '../../../../schemas/patch/strategic-merge.js';

const schemaOf = (fields: Record<string, PatchField>): PatchSchema => ({ fieldOf: (name) => fields[name] });

const container = schemaOf({
  ports: { strategy: 'merge', mergeKey: 'containerPort', schema: schemaOf({}) },
  args: { strategy: 'replace' },
  env: { strategy: 'merge', mergeKey: 'name', schema: schemaOf({}) },
});
const podSpec = schemaOf({
  containers: { strategy: 'merge', mergeKey: 'name', schema: container },
  tolerations: { strategy: 'atomic', schema: schemaOf({}) },
  volumes: { strategy: 'merge,retainKeys', mergeKey: 'name', schema: schemaOf({}) },
  strategy: { strategy: 'retainKeys', schema: schemaOf({}) },
});
const schema = schemaOf({
  metadata: { strategy: 'merge', schema: schemaOf({ finalizers: { strategy: 'merge' } }) },
  spec: { strategy: 'merge', schema: podSpec },
});

const names = (list: { name: string }[]) => list.map(({ name }) => name);
const withContainers = (...list: string[]) => ({
  spec: { containers: list.map((name) => ({ name, image: `${name}:1` })) },
});
const patchContainers = (object: object, patch: Record<string, unknown>) =>
  (applyStrategicMergePatch(object, { spec: patch }, schema) as ReturnType<typeof withContainers>).spec.containers;

test('items with a known merge key are merged in place and others are added', (t) => {
  const object = withContainers('a', 'b');
  const result = patchContainers(object, { containers: [{ name: 'b', image: 'b:2', args: ['x'] }, { name: 'c' }] });
  t.deepEqual(result as unknown, [
    { name: 'a', image: 'a:1' },
    { name: 'b', image: 'b:2', args: ['x'] },
    { name: 'c' },
  ]);
  t.is(result[0], object.spec.containers[0]);
  t.deepEqual(object, withContainers('a', 'b'));
});

test('a patch that changes nothing gives back the same object', (t) => {
  const object = { metadata: { finalizers: ['x'] }, ...withContainers('a', 'b') };
  const patch = { metadata: { finalizers: ['x'] }, spec: { containers: [{ name: 'b', image: 'b:1' }] } };
  t.is(applyStrategicMergePatch(object, patch, schema), object);
});

test('$patch: delete removes an item by its merge key, and fields set to null go', (t) => {
  const object = withContainers('a', 'b');
  t.deepEqual(names(patchContainers(object, { containers: [{ name: 'a', $patch: 'delete' }] })), ['b']);
  t.deepEqual(patchContainers(object, { containers: [{ name: 'a', image: null }] })[0] as unknown, { name: 'a' });
});

test('$patch: replace replaces an object or a whole list', (t) => {
  const object = withContainers('a', 'b');
  t.deepEqual(names(patchContainers(object, { containers: [{ $patch: 'replace' }, { name: 'z' }] })), ['z']);
  const result = applyStrategicMergePatch(object, { spec: { $patch: 'replace', containers: [] } }, schema);
  t.deepEqual(result, { spec: { containers: [] } });
});

test('lists of scalars are merged as sets, or items deleted from them', (t) => {
  const object = { metadata: { finalizers: ['a', 'b'] } };
  const merged = applyStrategicMergePatch(object, { metadata: { finalizers: ['b', 'c'] } }, schema);
  t.deepEqual(merged.metadata.finalizers, ['a', 'b', 'c']);
  const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
  t.deepEqual(applyStrategicMergePatch(object, patch, schema).metadata, { finalizers: ['b'] });
});

test('lists without a merging strategy are replaced as a whole', (t) => {
  const object = { spec: { tolerations: [{ key: 'a' }, { key: 'b' }] } };
  const result = applyStrategicMergePatch(object, { spec: { tolerations: [{ key: 'c' }] } }, schema);
  t.deepEqual(result.spec.tolerations, [{ key: 'c' }]);
});

test('$setElementOrder orders the named items and keeps those of the server in their places', (t) => {
  const object = withContainers('s1', 'a', 's2', 'b');
  const order = (...list: string[]) => list.map((name) => ({ name }));
  const swapped = patchContainers(object, { '$setElementOrder/containers': order('b', 'a') });
  t.deepEqual(names(swapped), ['s1', 's2', 'b', 'a']);
  const added = patchContainers(object, {
    '$setElementOrder/containers': order('new', 'a', 'b'),
    containers: [{ name: 'new', image: 'n' }],
  });
  t.deepEqual(names(added), ['new', 's1', 'a', 's2', 'b']);
});

test('a patch list that contradicts its $setElementOrder is refused', (t) => {
  const patch = {
    '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
    containers: [
      { name: 'b', image: 'x' },
      { name: 'a', image: 'x' },
    ],
  };
  t.throws(() => patchContainers(withContainers('a', 'b'), patch), {
    message: "The order in patch list doesn't match $setElementOrder list",
  });
});

test('$retainKeys clears every field that it does not name', (t) => {
  const object = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
  const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
  t.deepEqual(applyStrategicMergePatch(object, patch, schema) as unknown, { spec: { strategy: { type: 'Recreate' } } });
  const contradicting = { spec: { strategy: { $retainKeys: ['type'], rollingUpdate: {} } } };
  t.throws(() => applyStrategicMergePatch(object, contradicting, schema), { name: 'UnprocessablePatchError' });
});

test('values of new fields lose their nulls and directives', (t) => {
  const patch = { spec: { containers: [{ name: 'a', env: [{ name: 'X', $patch: 'delete' }], args: null }] } };
  t.deepEqual(applyStrategicMergePatch({}, patch, schema), { spec: { containers: [{ name: 'a', env: [] }] } });
});

test('an item without its merge key is refused and named', (t) => {
  t.throws(() => patchContainers(withContainers('a'), { containers: [{ image: 'x' }] }), {
    message: 'map: {"image":"x"} does not contain declared merge key: name',
  });
});
