import test from 'ava';
import fc from 'fast-check';
import { BadRequestError } from '../../../../schemas/errors.js';
import { typeNamed } from '../../../../schemas/openapi/table.js';
import { kinds } from '../../../../schemas/kinds/registry.js';
import { decodeProtobuf } from '../../../../schemas/protobuf/decode.js';
import { hasMessage } from '../../../../schemas/protobuf/message-plan.js';
import { body, bytes, entry, int, varint } from './encode.js';
import { kubectlBodies } from './kubectl-bodies.js';

const core = 'io.k8s.api.core.v1';
const hex = (text: string) => Buffer.from(text, 'hex');
const decoded = (bytes: Uint8Array, schema: string) => decodeProtobuf(bytes, schema, 'Strict').object;
const sent = (name: keyof typeof kubectlBodies, schema: string) => decoded(hex(kubectlBodies[name]), schema);
/** As JSON: what is stored and answered. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('a Deployment of kubectl create is the object that its JSON would have been, without zero values that Kubernetes omits', (t) => {
  t.deepEqual(sent('deployment', 'io.k8s.api.apps.v1.Deployment'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }],
        },
      },
      strategy: {},
    },
    status: {},
  });
});

test('bytes are base64, and zero values that Kubernetes does not omit stay', (t) => {
  t.deepEqual(sent('secret', `${core}.Secret`).data, { p: 'cQ==' });
  t.is(sent('priorityClass', 'io.k8s.api.scheduling.v1.PriorityClass').value, 0);
});

test('an IntOrString is a number or a string as its type says', (t) => {
  const port = { port: 80, protocol: 'TCP' };
  t.deepEqual(sent('service', `${core}.Service`).spec.ports, [{ ...port, name: '80-8080', targetPort: 8080 }]);
  t.deepEqual(sent('serviceToName', `${core}.Service`).spec.ports, [{ ...port, name: '80-http', targetPort: 'http' }]);
});

test('kinds that are never stored are read too', (t) => {
  const token = sent('tokenRequest', 'io.k8s.api.authentication.v1.TokenRequest');
  t.is(token.spec.expirationSeconds, 1200);
  const review = sent('accessReview', 'io.k8s.api.authorization.v1.SelfSubjectAccessReview');
  t.deepEqual(review.spec, { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } });
  t.deepEqual(sent('namespace', `${core}.Namespace`).spec, {});
});

test('DeleteOptions may come in the version of any group', (t) => {
  const options = body('apps/v1', 'DeleteOptions', [
    ...int(1, 0),
    ...bytes(2, bytes(1, 'u')),
    ...int(3, 0),
    ...bytes(5, 'All'),
  ]);
  t.deepEqual(decoded(options, 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'), {
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'u' },
    orphanDependents: false,
    dryRun: ['All'],
  });
});

test('fields of messages that JSON does not name belong to the object around them', (t) => {
  const configMap = [...bytes(1, bytes(1, 'settings')), ...int(4, 0)]; // LocalObjectReference inside; optional: false.
  const volume = [...bytes(1, 'v'), ...bytes(2, bytes(19, configMap))];
  const probe = [...bytes(1, bytes(2, [...bytes(1, '/'), ...bytes(2, [...int(1, 0), ...int(2, 80)])])), ...int(2, 5)];
  const container = [...bytes(1, 'c'), ...bytes(10, probe)];
  const { spec } = decoded(body('v1', 'Pod', bytes(2, [...bytes(1, volume), ...bytes(2, container)])), `${core}.Pod`);
  t.deepEqual(spec.volumes, [{ name: 'v', configMap: { name: 'settings', optional: false } }]);
  t.deepEqual(spec.containers, [
    { name: 'c', livenessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 5 } },
  ]);
});

test('quantities become canonical, and one without a text is zero', (t) => {
  const limits = [
    ...entry(1, 'cpu', bytes(1, '0.5')),
    ...entry(1, 'memory', bytes(1, '1024Mi')),
    ...bytes(1, bytes(1, 'pods')),
  ];
  const container = [...bytes(1, 'c'), ...bytes(8, limits)];
  const { spec } = decoded(body('v1', 'Pod', bytes(2, bytes(2, container))), `${core}.Pod`);
  t.deepEqual(spec.containers[0].resources, { limits: { cpu: '500m', memory: '1Gi', pods: '0' } });
});

test('times lose their fraction, micro times keep six digits of it, and an empty message is no time', (t) => {
  const lease = 'io.k8s.api.coordination.v1.Lease';
  const at = [...int(1, 1_700_000_000), ...int(2, 1_234_999)];
  const metadata = [...bytes(1, 'l'), ...bytes(8, [])];
  const object = decoded(
    body('coordination.k8s.io/v1', 'Lease', [...bytes(1, metadata), ...bytes(2, [...bytes(3, at), ...bytes(4, [])])]),
    lease,
  );
  t.deepEqual(object.spec, { acquireTime: '2023-11-14T22:13:20.001234Z' });
  t.deepEqual(object.metadata, { name: 'l' });
  const dated = decoded(body('coordination.k8s.io/v1', 'Lease', bytes(1, bytes(8, at))), lease);
  t.is(dated.metadata.creationTimestamp, '2023-11-14T22:13:20Z');
});

test('the fields of managedFields are the JSON that they hold', (t) => {
  const managed = bytes(17, [...bytes(1, 'me'), ...bytes(7, bytes(1, '{"f:data":{}}'))]);
  const { metadata } = decoded(body('v1', 'ConfigMap', bytes(1, managed)), `${core}.ConfigMap`);
  t.deepEqual(metadata.managedFields, [{ manager: 'me', fieldsV1: { 'f:data': {} } }]);
});

test('numbers keep their sign and their digits, and may come packed', (t) => {
  const pod = (raw: number[]) => decoded(body('v1', 'Pod', bytes(2, raw)), `${core}.Pod`).spec;
  t.is(pod(int(25, -7)).priority, -7);
  t.is(JSON.stringify(pod(int(5, 2n ** 63n - 1n)).activeDeadlineSeconds), '9223372036854775807');
  t.is(JSON.stringify(pod(int(4, -(2n ** 63n))).terminationGracePeriodSeconds), '-9223372036854775808');
  const packed = bytes(14, [...int(2, 7), ...bytes(4, [...varint(1), ...varint(300)]), ...int(4, 5)]);
  t.deepEqual(pod(packed).securityContext, { runAsUser: 7, supplementalGroups: [1, 300, 5] });
});

test('a message that comes twice is merged, as protobuf has it, and fields of later versions are passed over', (t) => {
  const group = [...varint((4000 << 3) | 3), ...int(1, 5), ...varint((4000 << 3) | 4)];
  const later = [
    ...int(2000, 9),
    ...bytes(2001, 'new'),
    ...varint((2002 << 3) | 1),
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    ...varint((2003 << 3) | 5),
    1,
    2,
    3,
    4,
  ];
  const raw = [...bytes(1, bytes(1, 'a')), ...later, ...group, ...bytes(1, bytes(3, 'ns'))];
  t.deepEqual(decoded(body('v1', 'ConfigMap', raw), `${core}.ConfigMap`).metadata, { name: 'a', namespace: 'ns' });
});

test('a key named __proto__ is a key like others, and gives nothing to other objects', (t) => {
  const { data } = decoded(body('v1', 'ConfigMap', entry(2, '__proto__', 'x')), `${core}.ConfigMap`);
  t.deepEqual(Object.entries(data as object), [['__proto__', 'x']]);
  t.is(Object.getPrototypeOf(data), Object.prototype);
});

test('extra of a user is lists by key', (t) => {
  const schema = 'io.k8s.api.authentication.v1.SelfSubjectReview';
  const user = [
    ...bytes(1, 'jane'),
    ...entry(4, 'scopes', [...bytes(1, 'a'), ...bytes(1, 'b')]),
    ...bytes(4, bytes(1, 'none')),
  ];
  const review = decoded(body('authentication.k8s.io/v1', 'SelfSubjectReview', bytes(2, bytes(1, user))), schema);
  t.deepEqual(plain(review.status.userInfo), { username: 'jane', extra: { scopes: ['a', 'b'], none: [] } });
});

test('type information may be missing, and must not be that of another kind', (t) => {
  const schema = `${core}.ConfigMap`;
  t.deepEqual(decoded(body('', '', []), schema), { kind: 'ConfigMap', apiVersion: 'v1' });
  const other = (apiVersion: string, kind: string) =>
    t.throws(() => decoded(body(apiVersion, kind, []), schema), { instanceOf: BadRequestError })?.message;
  t.is(
    other('apps/v1', 'Deployment'),
    'the API version in the data (apps/v1) does not match the expected API version (v1)',
  );
  t.is(
    other('v1', 'Secret'),
    'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  );
});

for (const [what, bytesSent, message] of [
  ['no bytes', [], 'the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)'],
  [
    'JSON',
    [...Buffer.from('{}')],
    'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})',
  ],
  [
    'only the beginning',
    [107, 56, 115, 0],
    'the object provided is unrecognized (must be of type ConfigMap): empty body (6b387300)',
  ],
  [
    'an envelope that breaks off',
    [107, 56, 115, 0, 10, 3],
    'the object provided is unrecognized (must be of type ConfigMap): unexpected EOF (6b3873000a03)',
  ],
  [
    'a field that breaks off',
    [...body('v1', 'ConfigMap', [10, 9])],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
  ],
  [
    'a number where a message belongs',
    [...body('v1', 'ConfigMap', int(1, 1))],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for field Metadata',
  ],
  [
    'a field without a number',
    [...body('v1', 'ConfigMap', [0, 0])],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: ConfigMap: illegal tag 0 (wire type 0)',
  ],
  [
    'a group that ends before it began',
    [...body('v1', 'ConfigMap', [12])],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: ConfigMap: wiretype end group for non-group',
  ],
  [
    'a varint without end',
    [
      ...body(
        'v1',
        'ConfigMap',
        Array.from({ length: 11 }, () => 255),
      ),
    ],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: integer overflow',
  ],
  [
    'a length below zero',
    [...body('v1', 'ConfigMap', [10, ...varint(-1)])],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: negative length found during unmarshaling',
  ],
  [
    'a time that RFC 3339 has no words for',
    [...body('v1', 'ConfigMap', bytes(1, bytes(8, int(1, 2n ** 60n))))],
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: Time.MarshalJSON: year outside of range [0,9999]',
  ],
] as const) {
  test(`${what} is a bad request in Kubernetes' words`, (t) => {
    const error = t.throws(() => decoded(Uint8Array.from(bytesSent), `${core}.ConfigMap`), {
      instanceOf: BadRequestError,
    });
    t.is(error?.message, message);
  });
}

test('whatever bytes a body is damaged by, it is read or refused as a bad request', (t) => {
  const whole = hex(kubectlBodies.deployment);
  const places = fc.nat(whole.length - 1);
  const damages = fc.array(fc.tuple(places, fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damages, fc.nat(whole.length), (changes, length) => {
      const damaged = Buffer.from(whole.subarray(0, length));
      for (const [at, byte] of changes) if (at < length) damaged[at] = byte;
      try {
        decoded(damaged, 'io.k8s.api.apps.v1.Deployment');
      } catch (error) {
        if (!(error instanceof BadRequestError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('every kind that is served, and all types inside of it, can be read, which custom types cannot', (t) => {
  const seen = new Set<string>();
  const visit = (schema: string) => {
    if (seen.has(schema)) return;
    seen.add(schema);
    t.true(hasMessage(schema), schema);
    for (const { ref } of Object.values(typeNamed(schema)?.fields ?? {})) if (ref) visit(ref);
  };
  for (const { schema } of kinds) visit(schema);
  for (const schema of [
    'core.v1.Binding',
    'policy.v1.Eviction',
    'autoscaling.v1.Scale',
    'authentication.v1.TokenRequest',
  ])
    visit(`io.k8s.api.${schema}`);
  t.false(hasMessage('example.org.v1.Widget'));
});
