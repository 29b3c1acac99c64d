import test from 'ava';
import type { FieldError } from '../../../../schemas/errors.js';
import { configMap } from '../../../../schemas/kinds/config-map.js';
import { secret } from '../../../../schemas/kinds/secret.js';

const metadata = { name: 'conf', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' };
const texts = (errors: FieldError[] = []) => errors.map(({ field, message }) => `${field}: ${message}`);
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('keys and sizes of a ConfigMap are checked', (t) => {
  const found = texts(configMap.validate({ metadata, data: { 'a/b': '', ok: 'x' }, binaryData: { ok: 'eA==' } }));
  t.true(found[0]?.startsWith('data[a/b]: Invalid value: "a/b": a valid config key must consist of'));
  t.is(found[1], 'data[ok]: Invalid value: "ok": duplicate of key present in binaryData');
  t.deepEqual(texts(configMap.validate({ metadata, data: { a: 'é'.repeat(600_000) } })), [
    '[]: Too long: may not be more than 1048576 bytes',
  ]);
  t.deepEqual(configMap.validate({ metadata, data: { a: 'x'.repeat(1_048_576) } }), []);
});

test('an immutable ConfigMap stays as it is, and immutable', (t) => {
  const previous = { metadata, immutable: true, data: { a: '1' } };
  t.deepEqual(texts(configMap.validateUpdate?.({ metadata, data: { a: '2' } }, previous)), [
    'immutable: Forbidden: field is immutable when `immutable` is set',
    'data: Forbidden: field is immutable when `immutable` is set',
  ]);
  t.deepEqual(configMap.validateUpdate?.({ ...previous, data: { a: '1' } }, previous), []);
});

test('stringData becomes data without touching the data that others hold', (t) => {
  const data = Object.freeze({ a: base64('old'), b: base64('kept') });
  const object = { metadata, data, stringData: { a: 'new ☃' } };
  secret.applyDefaults(object);
  t.deepEqual(object as unknown, { metadata, type: 'Opaque', data: { a: base64('new ☃'), b: base64('kept') } });
});

test('each type of Secret demands its keys, and a type is for life', (t) => {
  const of = (type: string, data: object = {}) => texts(secret.validate({ metadata, type, data }));
  t.deepEqual(of('kubernetes.io/tls'), ['data[tls.crt]: Required value', 'data[tls.key]: Required value']);
  t.deepEqual(of('kubernetes.io/dockerconfigjson'), ['data[.dockerconfigjson]: Required value']);
  t.deepEqual(of('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': base64('{"auths":{}}') }), []);
  t.is(of('kubernetes.io/dockercfg', { '.dockercfg': base64('{') }).length, 1);
  t.deepEqual(of('kubernetes.io/basic-auth', { password: 'eA==' }), []);
  t.deepEqual(of('kubernetes.io/service-account-token'), [
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ]);
  t.deepEqual(texts(secret.validateUpdate?.({ metadata, type: 'b' }, { metadata, type: 'a' })), [
    'type: Invalid value: "b": field is immutable',
  ]);
});

test('the columns of ConfigMaps and Secrets count keys', (t) => {
  const nowMs = Date.parse('2026-01-01T00:05:00Z');
  t.deepEqual(configMap.cells({ metadata, data: { a: '' }, binaryData: { b: '' } }, nowMs), ['conf', 2, '5m']);
  t.deepEqual(secret.cells({ metadata, type: 'Opaque' }, nowMs), ['conf', 'Opaque', 0, '5m']);
});
