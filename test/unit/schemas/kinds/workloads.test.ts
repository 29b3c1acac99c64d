import test from 'ava';
import { InvalidError } from '../../../../schemas/errors.js';
import { deployment } from '../../../../schemas/kinds/deployment.js';
import { podTemplateHash } from '../../../../schemas/kinds/pod-template-hash.js';
import { replicaSet } from '../../../../schemas/kinds/replica-set.js';
import { applyScale, scaleOf } from '../../../../schemas/kinds/scale.js';
import { aContainer, copyOf } from './a-pod.js';

function aWorkload(spec: object = {}): any {
  const object: any = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '7', creationTimestamp: 't' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [aContainer()] } },
      ...spec,
    },
  };
  return object;
}

function problemsOf(spec: object, kind = deployment): string[] {
  const object = aWorkload(spec);
  kind.applyDefaults(object);
  return kind.validate(object).map(({ field, message }) => `${field}: ${message}`);
}

test('a Deployment and a ReplicaSet with a matching selector are good', (t) => {
  t.deepEqual(problemsOf({}), []);
  t.deepEqual(problemsOf({}, replicaSet), []);
});

test('a selector is needed, not empty, and matches the template', (t) => {
  t.deepEqual(problemsOf({ selector: undefined }), ['spec.selector: Required value']);
  t.deepEqual(problemsOf({ selector: {} }), [
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ]);
  t.deepEqual(problemsOf({ selector: { matchLabels: { app: 'db' } } }), [
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ]);
});

test('the template of a workload is checked like a pod and must run for ever', (t) => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c' }], restartPolicy: 'Never' },
  };
  t.deepEqual(problemsOf({ template }), [
    'spec.template.spec.containers[0].image: Required value',
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ]);
});

test('a strategy can not stand still or remove more than there is', (t) => {
  const rolling = (rollingUpdate: object) => problemsOf({ strategy: { type: 'RollingUpdate', rollingUpdate } });
  t.deepEqual(rolling({ maxSurge: 0, maxUnavailable: '0%' }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ]);
  t.deepEqual(rolling({ maxUnavailable: '101%' }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ]);
  t.deepEqual(problemsOf({ strategy: { type: 'Recreate', rollingUpdate: {} } }), [
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ]);
  t.deepEqual(problemsOf({ replicas: -1, minReadySeconds: 600 }), [
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
  ]);
});

test('a selector never changes', (t) => {
  const previous = aWorkload();
  const next = aWorkload({ selector: { matchLabels: { app: 'db' } } });
  t.is(
    deployment.validateUpdate?.(next, previous)[0]?.message,
    'Invalid value: {"matchLabels":{"app":"db"}}: field is immutable',
  );
  t.deepEqual(replicaSet.validateUpdate?.(copyOf(previous), previous), []);
});

test('counts of a status fit each other', (t) => {
  const previous = { ...aWorkload(), status: { collisionCount: 2 } };
  const status = { replicas: 1, readyReplicas: 2, availableReplicas: -1, collisionCount: 1 };
  t.deepEqual(
    deployment
      .validateStatusUpdate?.({ ...previous, status }, previous)
      .map(({ field, message }) => `${field}: ${message}`),
    [
      'status.availableReplicas: Invalid value: -1: must be greater than or equal to 0',
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ],
  );
});

test('kubectl get shows a Deployment and a ReplicaSet as always', (t) => {
  const status = { replicas: 3, readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 };
  const object = { ...aWorkload({ replicas: 3 }), status };
  object.metadata = { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' };
  const now = Date.parse('2026-01-01T00:00:10Z');
  t.deepEqual(deployment.cells(object, now), ['web', '2/3', 3, 1, '10s', 'c', 'busybox:1.36', 'app=web']);
  t.deepEqual(replicaSet.cells(object, now), ['web', 3, 3, 2, '10s', 'c', 'busybox:1.36', 'app=web']);
});

test('a Scale shows replicas and the selector, and writes only replicas', (t) => {
  const object = { ...aWorkload({ replicas: 3 }), status: { replicas: 2 } };
  const scale = scaleOf(object);
  t.deepEqual(scale, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '7', creationTimestamp: 't' },
    spec: { replicas: 3 },
    status: { replicas: 2, selector: 'app=web' },
  });
  t.is(applyScale(object, scale), object);
  const scaled = applyScale(object, { ...scale, spec: { replicas: 5 } });
  t.is(scaled['spec'].replicas, 5);
  t.is(scaled['spec'].template, object.spec.template);
  t.is(applyScale(object, { ...scale, spec: {} })['spec'].replicas, 0);
  t.throws(() => applyScale(object, { ...scale, spec: { replicas: -1 } }), {
    instanceOf: InvalidError,
    message: 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  });
});

test('the template hash is what it was in the first version, and does not see the order of keys', (t) => {
  const template = { metadata: { labels: { a: '1', b: '2' } }, spec: { containers: [{ name: 'c' }] } };
  const reordered = { spec: { containers: [{ name: 'c' }] }, metadata: { labels: { b: '2', a: '1' } } };
  const hash = podTemplateHash(template);
  t.is(hash, '5689b4ffd4');
  t.is(podTemplateHash(reordered), hash);
  t.is(podTemplateHash({ ...template, status: undefined }), hash);
  t.not(podTemplateHash(template, 1), hash);
  t.not(podTemplateHash({ ...template, spec: {} }), hash);
});
