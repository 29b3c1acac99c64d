import test from 'ava';
import {
  bootstrapObjects,
  defaultServiceAccount,
  rootCaConfigMap,
} from '../../../../schemas/kinds/bootstrap-objects.js';
import { event } from '../../../../schemas/kinds/event.js';
import { lease } from '../../../../schemas/kinds/lease.js';
import { namespace } from '../../../../schemas/kinds/namespace.js';
import { priorityClass } from '../../../../schemas/kinds/priority-class.js';
import {
  groupVersions,
  kindByGvk,
  kindByResource,
  kindByType,
  kindOfObject,
  kinds,
} from '../../../../schemas/kinds/registry.js';
import type { FieldError } from '../../../../schemas/errors.js';

const texts = (errors: FieldError[] = []) => errors.map(({ field, message }) => `${field}: ${message}`);

test('every kind is found by its type, its resource and its kind', (t) => {
  for (const kind of kinds) {
    t.is(kindByType(kind.type), kind);
    t.is(kindByResource(kind.group, kind.version, kind.plural), kind);
    t.is(kindByGvk(kind.group, kind.version, kind.kind), kind);
  }
  t.is(new Set(kinds.map(({ type }) => type)).size, kinds.length);
  t.is(kindByType('deployments.apps')?.kind, 'Deployment');
  t.is(kindByType('toString'), undefined);
  t.deepEqual(groupVersions()[0], { group: '', version: 'v1' });
});

test('every kind has as many cells as columns, also for an object without a status', (t) => {
  const spec = { containers: [], selector: {}, template: { spec: { containers: [] } } };
  for (const kind of kinds.filter(({ stored }) => stored)) {
    const object = { apiVersion: 'v1', kind: kind.kind, metadata: { name: 'x', namespace: 'default' }, spec };
    t.is(kind.cells(object, 0).length, kind.columns.length, kind.kind);
  }
});

test('the objects of the first start pass the validation of their kinds', (t) => {
  const facts = { caCertificatePem: 'PEM', apiHost: '127.0.0.1', apiPort: 6443, serviceAddress: '10.96.0.1' };
  const perNamespace = [defaultServiceAccount('default'), rootCaConfigMap('default', 'PEM')];
  for (const object of [...bootstrapObjects(facts), ...perNamespace]) {
    const kind = kindOfObject(object);
    const draft = structuredClone(object) as any;
    kind?.prepareForCreate?.(draft, { nowMs: 0, uuid: () => 'u' });
    kind?.applyDefaults(draft);
    t.deepEqual(texts(kind?.validate(draft)), [], `${object.kind} ${object.metadata.name}`);
  }
});

test('a namespace begins Active, with its finalizer and its label, and shared labels stay as they are', (t) => {
  const labels = Object.freeze({ team: 'a' });
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'prod', labels },
    status: { phase: 'Odd' },
  } as any;
  namespace.prepareForCreate?.(object, { nowMs: 0, uuid: () => '' });
  namespace.applyDefaults(object);
  t.deepEqual(object.metadata.labels, { team: 'a', 'kubernetes.io/metadata.name': 'prod' });
  t.deepEqual(object.spec, { finalizers: ['kubernetes'] });
  t.deepEqual(object.status, { phase: 'Active' });
});

test('a namespace is Terminating only while it is being deleted', (t) => {
  const terminating = { metadata: { name: 'prod' }, status: { phase: 'Terminating' } };
  t.deepEqual(texts(namespace.validateStatusUpdate?.(terminating, terminating)), [
    'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ]);
});

test('priority classes of the system are the two known ones, and values are for life', (t) => {
  const of = (name: string, value: number) =>
    texts(priorityClass.validate({ metadata: { name }, value, preemptionPolicy: 'Never' }));
  t.deepEqual(of('system-node-critical', 2_000_001_000), []);
  t.deepEqual(of('system-mine', 1), [
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
  ]);
  t.deepEqual(of('mine', 1_000_000_001), [
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ]);
  const [first] = texts(priorityClass.validateUpdate?.({ metadata: {}, value: 2 }, { metadata: {}, value: 1 }));
  t.is(first, 'value: Forbidden: may not be changed in an update.');
});

test('an event belongs into the namespace of its object', (t) => {
  const metadata = { name: 'web.1', namespace: 'prod' };
  t.deepEqual(event.validate({ metadata, involvedObject: { namespace: 'prod' } }), []);
  t.deepEqual(texts(event.validate({ metadata, involvedObject: { namespace: 'other' } })), [
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ]);
});

test('events are shown with the age of their last occurrence and their source', (t) => {
  const object = {
    metadata: { name: 'web.1', namespace: 'prod' },
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{c}' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:04:00Z',
    count: 3,
    type: 'Normal',
    reason: 'Pulled',
    message: ' done\n',
    source: { component: 'kubelet', host: 'node-a' },
  };
  t.deepEqual(event.cells(object, Date.parse('2026-01-01T00:05:00Z')), [
    '60s',
    'Normal',
    'Pulled',
    'pod/web',
    'spec.containers{c}',
    'kubelet, node-a',
    'done',
    '5m',
    3,
    'web.1',
  ]);
  t.is(event.selectableFields['involvedObject.name']?.(object), 'web');
});

test('a lease lasts for more than nothing', (t) => {
  const metadata = { name: 'l', namespace: 'kube-node-lease' };
  t.deepEqual(texts(lease.validate({ metadata, spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })), [
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ]);
});
