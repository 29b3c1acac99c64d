import test from 'ava';
import { formatImageReference, parseImageReference } from '../../../../node-agent/containers/image-reference.js';

const full = (text: string) => {
  const reference = parseImageReference(text);
  return reference && formatImageReference(reference);
};
const DIGEST = `sha256:${'0'.repeat(64)}`;

test('short names are completed as Docker does', (t) => {
  t.is(full('busybox'), 'docker.io/library/busybox:latest');
  t.is(full('team/app:1.2'), 'docker.io/team/app:1.2');
  t.is(full('docker.io/busybox'), 'docker.io/library/busybox:latest');
  t.is(full('localhost/app'), 'localhost/app:latest');
  t.is(full('registry.example:5000/a/b'), 'registry.example:5000/a/b:latest');
  t.is(full(`busybox@${DIGEST}`), `docker.io/library/busybox@${DIGEST}`);
  t.is(full(`busybox:1@${DIGEST}`), `docker.io/library/busybox:1@${DIGEST}`);
});

test('what is no reference is none', (t) => {
  for (const text of ['', 'UPPER', 'a:b:c', 'a b', 'name:', 'x@sha256:12', 'http://x/y', '0'.repeat(64)])
    t.is(full(text), undefined, text);
});
