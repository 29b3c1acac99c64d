import test from 'ava';
import fc from 'fast-check';
import { checkStructure } from '../../../../schemas/openapi/structural.js';

const pod = 'io.k8s.api.core.v1.Pod';
const deployment = 'io.k8s.api.apps.v1.Deployment';

test('a well-formed pod comes out as it went in, with nothing to report', (t) => {
  const object = { kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const before = structuredClone(object);
  t.deepEqual(checkStructure(object, pod, 'Strict'), { unknown: [] });
  t.deepEqual(object, before);
});

test('unknown fields are pruned in every mode and told with indexes, in document order', (t) => {
  const make = () => ({ foo: 1, spec: { containers: [{ name: 'c' }, { name: 'd', imagePullPolice: 'x' }], bar: {} } });
  const object = make();
  t.deepEqual(checkStructure(object, pod, 'Warn').unknown, ['foo', 'spec.containers[1].imagePullPolice', 'spec.bar']);
  t.deepEqual(object, { spec: { containers: [{ name: 'c' }, { name: 'd' }] } } as never);
  const ignored = make();
  t.deepEqual(checkStructure(ignored, pod, 'Ignore').unknown, []);
  t.deepEqual(ignored, object);
});

test('no more than a hundred unknown fields are told', (t) => {
  const object = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, 1]));
  t.is(checkStructure(object, pod, 'Strict').unknown.length, 100);
  t.deepEqual(object, {});
});

const wrong: [title: string, schema: string, object: unknown, error: string][] = [
  [
    'a string for an int32',
    deployment,
    { spec: { replicas: 'three' } },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'a fraction for an int32',
    deployment,
    { spec: { replicas: 1.5 } },
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'a number for an env value',
    deployment,
    { spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } } },
    'json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string',
  ],
  [
    'an object for a list',
    pod,
    { spec: { containers: {} } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    'a string for an item',
    pod,
    { spec: { containers: ['x'] } },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
  ],
  [
    'a number for a label',
    pod,
    { metadata: { labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'a list for labels',
    pod,
    { metadata: { labels: [] } },
    'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
  ],
  [
    'a boolean for a named string',
    pod,
    { spec: { restartPolicy: true } },
    'json: cannot unmarshal bool into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
  ],
  [
    'a boolean for an int-or-string',
    deployment,
    { spec: { strategy: { rollingUpdate: { maxSurge: true } } } },
    'json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32',
  ],
  [
    'a quantity of letters',
    pod,
    { spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'a quantity with a strange suffix',
    pod,
    { spec: { overhead: { cpu: '1iM' } } },
    "unable to parse quantity's suffix",
  ],
  [
    'a time of letters',
    pod,
    { metadata: { creationTimestamp: 'today' } },
    'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
  ],
  [
    'a thirteenth month',
    pod,
    { metadata: { creationTimestamp: '2026-13-01T00:00:00Z' } },
    'parsing time "2026-13-01T00:00:00Z": month out of range',
  ],
  [
    'a MicroTime of three digits',
    'io.k8s.api.coordination.v1.Lease',
    { spec: { renewTime: '2026-01-01T00:00:00.123Z' } },
    'parsing time "2026-01-01T00:00:00.123Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse ".123Z" as ".000000"',
  ],
  ['bad base64', 'io.k8s.api.core.v1.Secret', { data: { a: 'ab$d' } }, 'illegal base64 data at input byte 2'],
  ['short base64', 'io.k8s.api.core.v1.Secret', { data: { a: 'YWJj=' } }, 'illegal base64 data at input byte 4'],
];

for (const [title, schema, object, error] of wrong)
  test(`${title} is refused in Go's words`, (t) => {
    t.is(checkStructure(object, schema, 'Strict').error, error);
  });

test('nulls go, and empty values go only where Kubernetes omits them', (t) => {
  const object = {
    metadata: { name: 'a', creationTimestamp: null, labels: {}, annotations: { a: '' }, finalizers: [] },
    spec: {
      nodeName: '',
      hostNetwork: false,
      enableServiceLinks: false,
      priority: 0,
      volumes: null,
      tolerations: [],
      containers: [{ name: '', image: '', command: [], args: [''], resources: {}, env: [null] }],
    },
    status: {},
  };
  t.deepEqual(checkStructure(object, pod, 'Strict'), { unknown: [] });
  t.deepEqual(object as unknown, {
    metadata: { name: 'a', annotations: { a: '' } },
    spec: { enableServiceLinks: false, priority: 0, containers: [{ name: '', args: [''], resources: {}, env: [{}] }] },
    status: {},
  });
});

test('a zero that Kubernetes always writes is kept', (t) => {
  const object = { value: 0, globalDefault: false };
  checkStructure(object, 'io.k8s.api.scheduling.v1.PriorityClass', 'Strict');
  t.deepEqual(object as unknown, { value: 0 });
});

test('quantities, times and base64 become canonical', (t) => {
  const object = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: 0.5, memory: '1024Ki' } } }] } };
  checkStructure(object, pod, 'Strict');
  t.deepEqual(object.spec.containers[0]!.resources.requests as unknown, { cpu: '500m', memory: '1Mi' });
  const timed = { metadata: { creationTimestamp: '2026-01-01T01:00:00.5+01:00' } };
  checkStructure(timed, pod, 'Strict');
  t.is(timed.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  const secret = { data: { a: 'YWJj\nYWJj\n' } };
  checkStructure(secret, 'io.k8s.api.core.v1.Secret', 'Strict');
  t.is(secret.data.a, 'YWJjYWJj');
});

test('a key named __proto__ is data in a map and an unknown field elsewhere', (t) => {
  const object = JSON.parse('{"__proto__": {"a": 1}, "data": {"__proto__": "x"}}') as { data: object };
  t.deepEqual(checkStructure(object, 'io.k8s.api.core.v1.ConfigMap', 'Strict').unknown, ['__proto__']);
  t.is(JSON.stringify(object), '{"data":{"__proto__":"x"}}');
});

test('a type that contains itself is checked to the depth of the object', (t) => {
  const schema = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
  const object = { properties: { a: { properties: { b: { typ: 'x' } } } } };
  t.deepEqual(checkStructure(object, schema, 'Strict').unknown, ['properties.a.properties.b.typ']);
});

test('what an object shares with others is copied before it is changed', (t) => {
  const frozen = Object.freeze({ containers: Object.freeze([Object.freeze({ name: 'c', image: '', typo: 1 })]) });
  const object = { metadata: { name: 'a' }, spec: frozen };
  t.deepEqual(checkStructure(object, pod, 'Strict').unknown, ['spec.containers[0].typo']);
  t.deepEqual(object.spec as unknown, { containers: [{ name: 'c' }] });
  t.deepEqual(frozen.containers[0], { name: 'c', image: '', typo: 1 });
});

test('checking twice is checking once', (t) => {
  const objects = fc.object({
    key: fc.constantFrom('metadata', 'spec', 'labels', 'containers', 'name', 'volumes', 'x'),
    maxDepth: 4,
  });
  fc.assert(
    fc.property(objects, (object) => {
      const first = checkStructure(object, pod, 'Strict');
      if (first.error) return;
      const once = structuredClone(object);
      t.deepEqual(checkStructure(object, pod, 'Strict'), { unknown: [] });
      t.deepEqual(object, once);
    }),
  );
  t.pass();
});
