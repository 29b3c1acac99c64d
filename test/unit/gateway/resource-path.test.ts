import test from 'ava';
import { parseResourcePath } from '../../../gateway/resource-path.js';

const short = (path: string) => {
  const parsed = parseResourcePath(path);
  return parsed && [parsed.group, parsed.resource, parsed.namespace, parsed.name, parsed.subresource, parsed.watch];
};

test('a path names group, resource, namespace, name and subresource', (t) => {
  t.deepEqual(short('/api/v1/pods'), ['', 'pods', undefined, undefined, undefined, false]);
  t.deepEqual(short('/apis/apps/v1/namespaces/n/deployments/d/scale'), [
    'apps',
    'deployments',
    'n',
    'd',
    'scale',
    false,
  ]);
  t.deepEqual(short('/api/v1/watch/namespaces/n/pods/p'), ['', 'pods', 'n', 'p', undefined, true]);
});

test('a namespace is a resource itself, with status and finalize of its own', (t) => {
  t.deepEqual(short('/api/v1/namespaces/n'), ['', 'namespaces', undefined, 'n', undefined, false]);
  t.deepEqual(short('/api/v1/namespaces/n/finalize'), ['', 'namespaces', undefined, 'n', 'finalize', false]);
  t.deepEqual(short('/api/v1/namespaces/n/pods'), ['', 'pods', 'n', undefined, undefined, false]);
});

test('discovery paths and broken escapes name no resource', (t) => {
  for (const path of ['/api', '/api/v1', '/apis/apps/v1', '/apis/apps', '/version', '/api/v1/pods/%zz'])
    t.is(short(path), undefined, path);
});

test('names are unescaped', (t) => {
  t.is(parseResourcePath('/api/v1/nodes/a%3Ab')?.name, 'a:b');
});
