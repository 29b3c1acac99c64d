import test from 'ava';
import { InvalidError } from '../../../../schemas/errors.js';
import { pod } from '../../../../schemas/kinds/pod.js';
import { aContainer, aDefaultedPod, problemsOf, problemsOfContainer } from './a-pod.js';

test('a rich and legal pod has no problems', (t) => {
  t.deepEqual(
    problemsOf({
      volumes: [
        { name: 'config', configMap: { name: 'x', items: [{ key: 'a', path: 'dir/a' }] } },
        { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
        { name: 'info', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: "metadata.labels['app']" } }] } },
      ],
      initContainers: [
        aContainer({ name: 'side', restartPolicy: 'Always', startupProbe: { exec: { command: ['true'] } } }),
        aContainer({ name: 'init' }),
      ],
      containers: [
        aContainer({
          ports: [
            { name: 'http', containerPort: 80 },
            { name: 'dns-udp', containerPort: 53, protocol: 'UDP' },
          ],
          env: [
            { name: 'odd name!', value: 'x' },
            { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          ],
          envFrom: [{ prefix: 'P_', secretRef: { name: 's' } }],
          volumeMounts: [
            { name: 'config', mountPath: '/etc/c', subPath: 'dir' },
            { name: 'scratch', mountPath: '/tmp' },
          ],
          resources: { limits: { cpu: '2', 'example.com/gpu': '1' }, requests: { cpu: '500m' } },
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          securityContext: { runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        }),
      ],
      hostAliases: [{ ip: 'fe80::1', hostnames: ['a.b'] }],
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.10'], searches: ['_a.example.com.'] },
    }),
    [],
  );
});

test('a pod without containers says so in the words of kubectl', (t) => {
  const object = aDefaultedPod({ containers: [] });
  const error = new InvalidError({ group: '', kind: 'Pod', name: 'p' }, pod.validate(object));
  t.is(error.message, 'Pod "p" is invalid: spec.containers: Required value');
});

test('names of containers are labels and differ, over init containers too', (t) => {
  t.deepEqual(problemsOf({ containers: [aContainer(), aContainer()], initContainers: [aContainer()] }), [
    'spec.containers[1].name: Duplicate value: "c"',
    'spec.initContainers[0].name: Duplicate value: "c"',
  ]);
  const [problem] = problemsOfContainer({ name: 'A_b' });
  t.true(
    problem?.startsWith('spec.containers[0].name: Invalid value: "A_b": a lowercase RFC 1123 label must consist of'),
  );
});

test('a missing image and policies that do not exist are named', (t) => {
  t.deepEqual(problemsOfContainer({ image: '', imagePullPolicy: 'Sometimes', terminationMessagePolicy: 'No' }), [
    'spec.containers[0].image: Required value',
    'spec.containers[0].terminationMessagePolicy: Unsupported value: "No": supported values: "FallbackToLogsOnError", "File"',
    'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
  ]);
  t.deepEqual(problemsOfContainer({ image: ' x' }), [
    'spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace',
  ]);
});

test('ports are in range, named well, and host ports differ', (t) => {
  t.deepEqual(
    problemsOfContainer({
      ports: [
        { name: 'http', containerPort: 70000 },
        { name: 'http', containerPort: 80, hostPort: 8080 },
        { name: 'Bad', containerPort: 81, hostPort: 8080 },
        { protocol: 'HTTP' },
      ],
    }),
    [
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[1].name: Duplicate value: "http"',
      'spec.containers[0].ports[2].name: Invalid value: "Bad": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.containers[0].ports[3].containerPort: Required value',
      'spec.containers[0].ports[3].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
      'spec.containers[0].ports[2].hostPort: Duplicate value: "TCP//8080"',
    ],
  );
});

test('an environment variable has one source', (t) => {
  const valueFrom = { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } };
  const at = 'spec.containers[0].env[0].valueFrom';
  t.deepEqual(problemsOfContainer({ env: [{ name: 'A', valueFrom }] }), [
    `${at}: Invalid value: "": may not have more than one field specified at a time`,
  ]);
  t.deepEqual(problemsOfContainer({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: valueFrom.fieldRef } }] }), [
    `${at}: Invalid value: "": may not be specified when \`value\` is not empty`,
  ]);
  t.deepEqual(problemsOfContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }] }), [
    `${at}.fieldRef.fieldPath: Invalid value: "spec.x": error converting fieldPath: field label not supported: spec.x`,
  ]);
});

test('mounts name a volume of the pod and differ in their paths', (t) => {
  const volumes = [{ name: 'v', emptyDir: {} }];
  const volumeMounts = [
    { name: 'v', mountPath: '/a' },
    { name: 'v', mountPath: '/a' },
    { name: 'w', mountPath: '/b', subPath: '../x' },
    { name: 'v', mountPath: '/c', mountPropagation: 'Bidirectional' },
  ];
  t.deepEqual(problemsOfContainer({ volumeMounts }, { volumes }), [
    'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
    'spec.containers[0].volumeMounts[2].name: Not found: "w"',
    'spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain \'..\'',
    'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
  ]);
});

test('requests stay below limits, whole things stay whole, and unknown resources are refused', (t) => {
  const resources = {
    limits: { cpu: '1', 'example.com/gpu': '1500m', gpu: '1' },
    requests: { cpu: '2', memory: '-1' },
  };
  t.deepEqual(problemsOfContainer({ resources }), [
    'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "1500m": must be an integer',
    'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    'spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
    'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "1500m": must be an integer',
    'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
  ]);
  t.deepEqual(problemsOfContainer({ resources: { requests: { 'example.com/gpu': '1' } } }), [
    'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
  ]);
  t.deepEqual(problemsOfContainer({ resources: { limits: { 'hugepages-2Mi': '3Mi' } } }), [
    'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
    'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
    'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
  ]);
});

test('a probe has exactly one handler, and only a readiness probe may need several successes', (t) => {
  const exec = { command: ['true'] };
  t.deepEqual(
    problemsOfContainer({
      livenessProbe: { exec, tcpSocket: { port: 1 }, successThreshold: 2 },
      readinessProbe: { httpGet: { port: 'Web' }, terminationGracePeriodSeconds: 1, successThreshold: 3 },
      startupProbe: { periodSeconds: -1 },
    }),
    [
      'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      'spec.containers[0].readinessProbe.httpGet.port: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
      'spec.containers[0].startupProbe: Required value: must specify a handler type',
      'spec.containers[0].startupProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
    ],
  );
  t.deepEqual(problemsOfContainer({ lifecycle: { preStop: { sleep: { seconds: 60 } } } }), [
    'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 60: must be non-negative and less than terminationGracePeriodSeconds (30)',
  ]);
});

test('init containers have probes and hooks only as sidecars', (t) => {
  const livenessProbe = { exec: { command: ['true'] } };
  t.deepEqual(problemsOf({ initContainers: [aContainer({ name: 'i', livenessProbe })] }), [
    'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ]);
});

test('a volume has exactly one source, and a broken one can not be mounted', (t) => {
  const volumes = [
    { name: 'a', secret: {}, emptyDir: {} },
    { name: 'b', hostPath: { path: '/a/../b', type: 'Dir' } },
    { name: 'ok', emptyDir: {} },
    { name: 'ok', emptyDir: {} },
    { name: 'c', configMap: { name: 'x', items: [{ key: 'k', path: '..x' }], defaultMode: 512 } },
  ];
  const types = '"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"';
  t.deepEqual(problemsOfContainer({ volumeMounts: [{ name: 'a', mountPath: '/a' }] }, { volumes }), [
    'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type',
    'spec.volumes[1].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
    `spec.volumes[1].hostPath.type: Unsupported value: "Dir": supported values: ${types}`,
    'spec.volumes[3].name: Duplicate value: "ok"',
    'spec.volumes[4].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    'spec.volumes[4].configMap.items[0].path: Invalid value: "..x": must not start with \'..\'',
    'spec.containers[0].volumeMounts[0].name: Not found: "a"',
  ]);
});

test('affinity, tolerations and spread are checked to the last key', (t) => {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const matchExpressions = [{ key: 'zone', operator: 'In' }];
  t.deepEqual(
    problemsOf({
      affinity: {
        nodeAffinity: { [required]: { nodeSelectorTerms: [{ matchExpressions }] } },
        podAntiAffinity: { [required]: [{ labelSelector: { matchExpressions } }] },
      },
      tolerations: [{ key: 'k', operator: 'Exists', value: 'v' }, { effect: 'Never' }],
      topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Maybe' }],
    }),
    [
      `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `spec.affinity.podAntiAffinity.${required}[0].labelSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `spec.affinity.podAntiAffinity.${required}[0].topologyKey: Required value: can not be empty`,
      `spec.affinity.podAntiAffinity.${required}[0].topologyKey: Invalid value: "": name part must be non-empty`,
      `spec.affinity.podAntiAffinity.${required}[0].topologyKey: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
      'spec.tolerations[0].operator: Invalid value: "v": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[1].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      'spec.tolerations[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  );
});

test('security contexts can not contradict themselves', (t) => {
  const securityContext = { runAsUser: -1, seccompProfile: { type: 'Localhost' } };
  t.deepEqual(problemsOf({ securityContext, hostUsers: false, hostNetwork: true }), [
    'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
  ]);
  const [problem] = problemsOfContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } });
  t.true(problem?.endsWith('cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
});

test('scalar fields of the spec are in their ranges', (t) => {
  t.deepEqual(
    problemsOf({
      activeDeadlineSeconds: 0,
      hostname: 'A',
      restartPolicy: 'Perhaps',
      dnsPolicy: 'None',
      hostAliases: [{ ip: '1.2.3', hostnames: [] }],
      os: { name: 'plan9' },
    }).map((problem) => problem.slice(0, 89)),
    [
      'spec.restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "OnFailure"',
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      'spec.hostname: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case ',
      'spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.',
      'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"',
    ],
  );
});

test('ephemeral containers can not be created with the pod and have no ports', (t) => {
  const ephemeralContainers = [aContainer({ name: 'debug', ports: [{ containerPort: 1 }], targetContainerName: 'x' })];
  t.deepEqual(problemsOf({ ephemeralContainers }), [
    'spec.ephemeralContainers[0].targetContainerName: Not found: "x"',
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
  ]);
  t.is(pod.validateCreate?.(aDefaultedPod({ ephemeralContainers }))[0]?.message, 'Forbidden: cannot be set on create');
});

test('warnings name variables that hide others and grace periods below zero', (t) => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
  ];
  t.deepEqual(
    pod.warningsOf?.(aDefaultedPod({ containers: [aContainer({ env })], terminationGracePeriodSeconds: -1 })),
    [
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
      'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ],
  );
});
