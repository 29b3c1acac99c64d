import test from 'ava';
import type { FieldError } from '../../../../schemas/errors.js';
import { setCondition } from '../../../../schemas/meta/conditions.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../../../schemas/meta/metadata-validation.js';
import { dns1123Subdomain } from '../../../../schemas/meta/names.js';
import type { ObjectMeta } from '../../../../schemas/meta/object.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };
const meta = (changes: object = {}): ObjectMeta => ({
  name: 'web',
  namespace: 'default',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...changes,
});
const texts = (errors: FieldError[]) => errors.map(({ field, message }) => `${field}: ${message}`);

test('good metadata has no errors', (t) => {
  const annotations = { 'Example.COM/x': 'any text ☃' };
  t.deepEqual(validateObjectMeta(meta({ labels: { app: 'web' }, annotations, finalizers: ['a.b/c'] }), RULES), []);
});

test('a missing name and a namespace in the wrong place are told', (t) => {
  t.deepEqual(texts(validateObjectMeta(meta({ name: '', namespace: undefined }), RULES)), [
    'metadata.name: Required value: name or generateName is required',
    'metadata.namespace: Required value',
  ]);
  t.deepEqual(texts(validateObjectMeta(meta(), { ...RULES, namespaced: false })), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
});

test('a generateName may end with a dash', (t) => {
  t.deepEqual(validateObjectMeta(meta({ generateName: 'web-' }), RULES), []);
  t.is(validateObjectMeta(meta({ generateName: 'Web-' }), RULES)[0]?.field, 'metadata.generateName');
});

test('annotations of more than 256 KiB together are too long', (t) => {
  const annotations = { a: 'x'.repeat(200_000), b: 'é'.repeat(40_000) };
  t.deepEqual(texts(validateObjectMeta(meta({ annotations }), RULES)), [
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
  t.deepEqual(validateObjectMeta(meta({ annotations: { a: 'x'.repeat(262_143) } }), RULES), []);
});

test('only one owner may be the controller', (t) => {
  const owner = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true });
  const [error] = texts(validateObjectMeta(meta({ ownerReferences: [owner('a'), owner('b')] }), RULES));
  t.true(error?.endsWith('Found "true" in references for Pod/a and Pod/b'));
});

test('an update may not change identity, nor add finalizers to what is being deleted', (t) => {
  const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] };
  t.deepEqual(
    texts(validateObjectMetaUpdate(meta({ ...deleted, uid: 'other', finalizers: ['a/b', 'c/d'] }), meta(deleted))),
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
      'metadata.uid: Invalid value: "other": field is immutable',
    ],
  );
});

test('a condition keeps its transition time until its status changes, and its list until anything does', (t) => {
  const before = [{ type: 'Ready', status: 'True', reason: 'A', lastTransitionTime: 'then' }] as const;
  t.is(setCondition(before, { type: 'Ready', status: 'True', reason: 'A' }, 'now'), before);
  t.is(setCondition(before, { type: 'Ready', status: 'True', reason: 'B' }, 'now')[0]?.lastTransitionTime, 'then');
  t.is(setCondition(before, { type: 'Ready', status: 'False' }, 'now')[0]?.lastTransitionTime, 'now');
  t.is(setCondition(before, { type: 'New', status: 'True' }, 'now').length, 2);
});

test('a finalizer without a domain is one of the standard ones', (t) => {
  t.deepEqual(texts(validateObjectMeta(meta({ finalizers: ['orphan', 'mine'] }), RULES)), [
    'metadata.finalizers[1]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ]);
});
