import test from 'ava';
import { fieldValue, resourceValue } from '../../../../node-agent/volumes/downward-api.js';
import type { Pod } from '../../../../schemas/meta/object.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-0',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '',
    labels: { 'app.kubernetes.io/name': 'web' },
    annotations: { b: 'two\nlines', a: 'say "hi"' },
  },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'robot',
    containers: [{ name: 'c', resources: { limits: { memory: '100Mi', cpu: '1500m' }, requests: { cpu: '250m' } } }],
    initContainers: [{ name: 'i' }],
  },
  status: { hostIP: '10.0.0.1', podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }, { ip: 'fd00::1' }] },
} as Pod;
const node = { cpuMillis: 3500, memoryBytes: 8_000_000 };

test('each fieldRef has its value, and an unknown path has none', (t) => {
  t.is(fieldValue(pod, "metadata.labels['app.kubernetes.io/name']"), 'web');
  t.is(fieldValue(pod, "metadata.annotations['none']"), '');
  t.is(fieldValue(pod, 'metadata.annotations'), 'a="say \\"hi\\""\nb="two\\nlines"');
  t.is(fieldValue(pod, 'spec.nodeName'), 'node-1');
  t.is(fieldValue(pod, 'status.podIPs'), '10.1.0.1,fd00::1');
  t.is(fieldValue(pod, 'status.hostIPs'), '10.0.0.1');
  t.is(fieldValue(pod, 'spec.hostname'), undefined);
});

test('a resource is counted in its divisor, rounded up', (t) => {
  t.is(resourceValue(pod, { containerName: 'c', resource: 'limits.memory', divisor: '1Mi' }, node), '100');
  t.is(resourceValue(pod, { containerName: 'c', resource: 'limits.cpu' }, node), '2');
  t.is(resourceValue(pod, { containerName: 'c', resource: 'limits.cpu', divisor: '0' }, node), '2');
  t.is(resourceValue(pod, { containerName: 'c', resource: 'requests.cpu', divisor: '1m' }, node), '250');
});

test('a limit that is not set is what the node has, and a request that is not set is 0', (t) => {
  t.is(resourceValue(pod, { containerName: 'i', resource: 'limits.cpu' }, node), '4');
  t.is(resourceValue(pod, { containerName: 'i', resource: 'limits.memory' }, node), '8000000');
  t.is(resourceValue(pod, { resource: 'requests.memory' }, node, 'c'), '0');
  t.is(resourceValue(pod, { containerName: 'none', resource: 'limits.cpu' }, node), undefined);
});
