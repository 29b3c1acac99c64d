import test from 'ava';
import {
  configMapKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  envVarName,
  labelValue,
  portName,
  qualifiedName,
} from '../../../../schemas/meta/names.js';

test('good names have no messages', (t) => {
  for (const messages of [
    dns1123Label('a-1'),
    dns1123Subdomain('a.b-c.1'),
    dns1035Label('web-1'),
    qualifiedName('example.com/My.Name'),
    qualifiedName('app'),
    labelValue(''),
    labelValue('a_b.C-1'),
    configMapKey('.hidden'),
    configMapKey('a..b'),
    envVarName('1=x'.slice(0, 1)),
    portName('http-1'),
  ]) {
    t.deepEqual([...messages], []);
  }
});

test('bad names are told in the words of Kubernetes, the pattern included', (t) => {
  t.deepEqual(dns1123Label('My_Name'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  t.deepEqual(dns1123Label('a.b'), ['must not contain dots']);
  t.deepEqual(dns1123Label('a'.repeat(64)), ['must be no more than 63 bytes']);
  t.deepEqual(dns1123Subdomain('A'), [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  t.deepEqual(qualifiedName('/x'), ['prefix part must be non-empty']);
  t.is(qualifiedName('')[0], 'name part must be non-empty');
  t.is(configMapKey('..')[0], "must not be '..'");
  t.is(configMapKey('..x')[0], "must not start with '..'");
  t.deepEqual(portName('a--b'), ['must not contain consecutive hyphens']);
});

test('a name that was found bad stays bad when it is asked for again', (t) => {
  t.is(qualifiedName('-bad').length, 1);
  t.is(qualifiedName('-bad').length, 1);
});
