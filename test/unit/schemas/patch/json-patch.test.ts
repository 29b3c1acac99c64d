import test from 'ava';
import { StatusError } from '../../../../schemas/errors.js';
import { applyJsonPatch } from '../../../../schemas/patch/json-patch.js';

const web = () => ({ metadata: { labels: { app: 'web' } }, spec: { list: ['a', 'b', 'c'], same: { x: 1 } } });
const refused = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

test('operations see the results of those before them and the input stays as it was', (t) => {
  const object = web();
  const patched = applyJsonPatch(object, [
    { op: 'add', path: '/metadata/labels/tier~1x', value: 'front' },
    { op: 'add', path: '/spec/list/-', value: 'd' },
    { op: 'add', path: '/spec/list/1', value: 'z' },
    { op: 'remove', path: '/spec/list/0' },
    { op: 'replace', path: '/spec/list/0', value: 'y' },
    { op: 'move', from: '/metadata/labels/app', path: '/metadata/labels/was' },
    { op: 'test', path: '/metadata/labels/was', value: 'web' },
    { op: 'copy', from: '/spec/same', path: '/spec/other' },
    { op: 'add', path: '/spec/other/y', value: 2 },
  ]);
  t.deepEqual(patched as unknown, {
    metadata: { labels: { 'tier/x': 'front', was: 'web' } },
    spec: { list: ['y', 'b', 'c', 'd'], same: { x: 1 }, other: { x: 1, y: 2 } },
  });
  t.deepEqual(object, web());
});

test('what a patch does not touch is shared with the input', (t) => {
  const object = web();
  const patched = applyJsonPatch(object, [{ op: 'replace', path: '/metadata/labels/app', value: 'db' }]);
  t.is(patched.spec, object.spec);
});

test('a patch that does not apply is 422 with the message of kube-apiserver', (t) => {
  for (const operation of [
    { op: 'remove', path: '/metadata/labels/no' },
    { op: 'replace', path: '/spec/no', value: 1 },
    { op: 'add', path: '/spec/no/deeper', value: 1 },
    { op: 'add', path: '/spec/list/9', value: 1 },
    { op: 'test', path: '/metadata/labels/app', value: 'db' },
    { op: 'copy', from: '/nowhere', path: '/spec/x' },
    { op: 'frobnicate', path: '/spec' },
    { op: 'add', path: '/spec/list/toString/x', value: 1 },
  ]) {
    const error = refused(() => applyJsonPatch(web(), [operation]));
    t.is(error.code, 422, JSON.stringify(operation));
    t.is(error.message, 'the server rejected our request due to an error in our request');
  }
});

test('more than 10,000 operations are 413 and a body that is no list is 400', (t) => {
  const operation = { op: 'test', path: '/metadata/labels/app', value: 'web' };
  t.is(
    refused(() =>
      applyJsonPatch(
        web(),
        Array.from({ length: 10_001 }, () => operation),
      ),
    ).code,
    413,
  );
  t.notThrows(() =>
    applyJsonPatch(
      web(),
      Array.from({ length: 10_000 }, () => operation),
    ),
  );
  t.is(refused(() => applyJsonPatch(web(), { op: 'add' })).code, 400);
});

test('copies that would multiply the document are refused', (t) => {
  const object = { data: { a: 'x'.repeat(1024 * 1024) } };
  const copies = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data/a', path: `/data/b${i}` }));
  t.is(refused(() => applyJsonPatch(object, copies)).code, 422);
});
