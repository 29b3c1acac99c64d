import test from 'ava';
import { node } from '../../../../schemas/kinds/node.js';

const metadata = { name: 'node-a', creationTimestamp: '2026-01-01T00:00:00Z' };
const problems = (spec: object) =>
  node.validate({ metadata, spec }).map(({ field, message }) => `${field}: ${message}`);

test('taints and pod ranges are checked', (t) => {
  const taint = { key: 'a', effect: 'NoSchedule' };
  t.deepEqual(
    problems({ taints: [taint, { ...taint, effect: 'NoExecute' }], podCIDRs: ['10.0.0.0/24', 'fd00::/64'] }),
    [],
  );
  t.deepEqual(problems({ taints: [taint, taint, { key: 'b', effect: 'Never' }, { key: 'c' }] }), [
    'spec.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key and effect pair',
    'spec.taints[2].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    'spec.taints[3].effect: Required value',
  ]);
  t.is(problems({ podCIDRs: ['10.0.0.0/33'] })[0]?.startsWith('spec.podCIDRs[0]: Invalid value'), true);
});

test('a pod range and a provider, once set, stay', (t) => {
  const previous = { metadata, spec: { podCIDRs: ['10.0.0.0/24'], providerID: 'a' } };
  const errors = node.validateUpdate?.({ metadata, spec: { podCIDRs: ['10.0.1.0/24'], providerID: 'b' } }, previous);
  t.deepEqual(
    errors?.map(({ field }) => field),
    ['spec.podCIDRs', 'spec.providerID'],
  );
});

test('the columns read as those of kubectl get nodes -o wide', (t) => {
  const nowMs = Date.parse('2026-01-01T00:05:00Z');
  const object = {
    metadata: {
      ...metadata,
      labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' },
    },
    spec: { unschedulable: true },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '10.1.1.1' }],
      nodeInfo: { kubeletVersion: 'v1', osImage: 'Debian', kernelVersion: '6', containerRuntimeVersion: 'docker://20' },
    },
  };
  t.deepEqual(node.cells(object, nowMs), [
    'node-a',
    'Ready,SchedulingDisabled',
    'control-plane,worker',
    '5m',
    'v1',
    '10.1.1.1',
    '<none>',
    'Debian',
    '6',
    'docker://20',
  ]);
  t.deepEqual(node.cells({ metadata }, nowMs).slice(1, 3), ['Unknown', '<none>']);
});
