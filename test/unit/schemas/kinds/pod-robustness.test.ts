import test from 'ava';
import { deployment } from '../../../../schemas/kinds/deployment.js';
import { admitPod } from '../../../../schemas/kinds/pod-admission.js';
import { pod } from '../../../../schemas/kinds/pod.js';
import { aContainer, aPod, copyOf } from './a-pod.js';

const term = { topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['v'] };
const affinityOf = (item: object) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [item],
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: item }],
});
const nodeTerm = {
  matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
  matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
};

/** Something of everything. */
function aFullPod(): any {
  const handler = { httpGet: { port: 80, httpHeaders: [{ name: 'A', value: 'b' }] } };
  return aPod(
    {
      volumes: [
        { name: 'a', configMap: { name: 'x', items: [{ key: 'k', path: 'p' }] } },
        { name: 'b', secret: { secretName: 's', items: [{ key: 'k', path: 'p' }] } },
        { name: 'c', downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { name: 'd', hostPath: { path: '/x' } },
        { name: 'e', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'f', csi: { driver: 'd.example.com', nodePublishSecretRef: { name: 'x' } } },
        { name: 'g', image: { reference: 'x' } },
        { name: 'h', nfs: { server: 's', path: '/p' } },
        { name: 'i', persistentVolumeClaim: { claimName: 'c' } },
        {
          name: 'j',
          projected: {
            sources: [
              { serviceAccountToken: { path: 't' } },
              { configMap: { name: 'x', items: [{ key: 'k', path: 'p' }] } },
              {
                downwardAPI: {
                  items: [{ path: 'q', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } }],
                },
              },
            ],
          },
        },
        {
          name: 'k',
          ephemeral: {
            volumeClaimTemplate: {
              metadata: { labels: { a: 'b' } },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          },
        },
      ],
      initContainers: [
        aContainer({
          name: 'i',
          restartPolicy: 'Always',
          startupProbe: handler,
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }],
        }),
      ],
      containers: [
        aContainer({
          ports: [{ name: 'http', containerPort: 80, hostPort: 80 }],
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1' } } },
            { name: 'C', valueFrom: { fileKeyRef: { volumeName: 'e', path: 'p', key: 'k' } } },
          ],
          envFrom: [{ configMapRef: { name: 'c' } }],
          volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'x', recursiveReadOnly: 'Enabled', readOnly: true }],
          volumeDevices: [{ name: 'i', devicePath: '/dev/x' }],
          resources: { limits: { cpu: '1', 'hugepages-2Mi': '2Mi' }, claims: [{ name: 'gpu', request: 'r' }] },
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
          livenessProbe: { exec: { command: ['x'] } },
          readinessProbe: { grpc: { port: 1 } },
          lifecycle: { postStart: handler, preStop: { sleep: { seconds: 1 } } },
          securityContext: {
            capabilities: { add: ['A'] },
            seccompProfile: { type: 'Localhost', localhostProfile: 'x' },
          },
        }),
      ],
      ephemeralContainers: [aContainer({ name: 'd', targetContainerName: 'c' })],
      resourceClaims: [{ name: 'gpu', resourceClaimName: 'x' }],
      resources: { limits: { cpu: '2' } },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeTerm] },
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: nodeTerm }],
        },
        podAffinity: affinityOf(term),
        podAntiAffinity: affinityOf(term),
      },
      tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoExecute', tolerationSeconds: 1 }],
      topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', minDomains: 1, ...term }],
      dnsConfig: { nameservers: ['1.1.1.1'], searches: ['a'], options: [{ name: 'x' }] },
      hostAliases: [{ ip: '1.1.1.1', hostnames: ['a'] }],
      readinessGates: [{ conditionType: 'a' }],
      schedulingGates: [{ name: 'a' }],
      securityContext: {
        sysctls: [{ name: 'net.core.somaxconn', value: '1' }],
        appArmorProfile: { type: 'Localhost', localhostProfile: 'x' },
        windowsOptions: { runAsUserName: 'a\\b' },
      },
      os: { name: 'linux' },
      overhead: { cpu: '1m' },
      imagePullSecrets: [{ name: 's' }],
      hostNetwork: true,
    },
    { labels: { v: '1' }, annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
  );
}

/** Every path to a field of `value`, deepest first. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [...pathsOf(child, [...path, key]), [...path, key]]);
}

function without(object: any, path: readonly string[]): any {
  const copy = copyOf(object);
  const holder = path.slice(0, -1).reduce((at, key) => at[key], copy);
  if (Array.isArray(holder)) holder.splice(Number(path.at(-1)), 1);
  else delete holder[path.at(-1) as string];
  return copy;
}

const facts = { priorityClasses: [], serviceAccount: { metadata: { name: 'default' } } as any, suffix: 'abcde' };

test('no field that is missing makes a rule fail instead of report', (t) => {
  const full = aFullPod();
  const paths = pathsOf(full.spec).map((path) => ['spec', ...path]);
  t.true(paths.length > 200);
  for (const path of paths) {
    const object = without(full, path);
    t.notThrows(() => {
      admitPod(object, facts);
      pod.prepareForCreate?.(object, { nowMs: 0, uuid: () => '' });
      pod.applyDefaults(object);
      pod.validate(object);
      pod.warningsOf?.(object);
      pod.cells(object, 0);
    }, path.join('.'));
  }
});

test('the same holds for the template of a Deployment', (t) => {
  const selector = { matchLabels: { app: 'a' } };
  const { metadata, spec } = aFullPod();
  const full = { metadata: { name: 'd' }, spec: { selector, strategy: {}, template: { metadata, spec } } };
  for (const path of pathsOf(full.spec).map((inner) => ['spec', ...inner])) {
    const object = without(full, path);
    t.notThrows(() => {
      deployment.applyDefaults(object);
      deployment.validate(object);
      deployment.cells(object, 0);
    }, path.join('.'));
  }
});

test('defaults of everything are idempotent, and judged the same after a round of JSON', (t) => {
  const object = aFullPod();
  pod.applyDefaults(object);
  const again = copyOf(object);
  pod.applyDefaults(again);
  t.deepEqual(again, copyOf(object));
  t.deepEqual(pod.validate(again), pod.validate(object));
});

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) frozen(child);
  return Object.freeze(value);
}

test('defaults write nothing into a pod that has them, so that it may be shared and frozen', (t) => {
  const object = aFullPod();
  object.spec.volumes[4].emptyDir.sizeLimit = '1024Mi';
  pod.applyDefaults(object);
  t.is(object.spec.volumes[4].emptyDir.sizeLimit, '1Gi');
  t.notThrows(() => pod.applyDefaults(frozen(object)));
  const { metadata, spec } = copyOf(object);
  const workload: any = { metadata: {}, spec: { strategy: {}, template: { metadata, spec } } };
  deployment.applyDefaults(workload);
  t.notThrows(() => deployment.applyDefaults(frozen(workload)));
});
