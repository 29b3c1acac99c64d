import test from 'ava';
import { deployment } from '../../../../schemas/kinds/deployment.js';
import { pullPolicyOf } from '../../../../schemas/kinds/pod-image-pull-policy.js';
import { pod } from '../../../../schemas/kinds/pod.js';
import { aContainer, aDefaultedPod, copyOf } from './a-pod.js';

test('the smallest pod gets what kubectl get -o yaml shows', (t) => {
  t.deepEqual(aDefaultedPod().spec, {
    containers: [
      {
        name: 'c',
        image: 'busybox:1.36',
        imagePullPolicy: 'IfNotPresent',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        resources: {},
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
  });
});

test('only latest, spelled out or implied, is always pulled', (t) => {
  t.is(pullPolicyOf('nginx'), 'Always');
  t.is(pullPolicyOf('nginx:latest'), 'Always');
  t.is(pullPolicyOf('localhost:5000/nginx'), 'Always');
  t.is(pullPolicyOf('localhost:5000/nginx:1'), 'IfNotPresent');
  t.is(pullPolicyOf('nginx:not-latest'), 'IfNotPresent');
  t.is(pullPolicyOf('nginx@sha256:00'), 'IfNotPresent');
  t.is(pullPolicyOf('nginx:latest@sha256:00'), 'Always');
});

test('probes, ports and references in the environment are completed', (t) => {
  const { containers } = aDefaultedPod({
    containers: [
      aContainer({
        ports: [{ containerPort: 80 }],
        env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
        readinessProbe: { httpGet: { port: 80 } },
        livenessProbe: { grpc: { port: 9000 } },
      }),
    ],
  }).spec;
  t.is(containers[0].ports[0].protocol, 'TCP');
  t.is(containers[0].env[0].valueFrom.fieldRef.apiVersion, 'v1');
  t.deepEqual(containers[0].readinessProbe, {
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  t.is(containers[0].livenessProbe.grpc.service, '');
});

test('limits become requests in pods but not in templates', (t) => {
  const resources = { limits: { cpu: 1, memory: '1024Mi' }, requests: { cpu: '0.25' } };
  const { containers } = aDefaultedPod({ containers: [aContainer({ resources: copyOf(resources) })] }).spec;
  t.deepEqual(containers[0].resources, {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '250m', memory: '1Gi' },
  });
  const workload: any = { metadata: {}, spec: { template: { spec: { containers: [aContainer({ resources })] } } } };
  deployment.applyDefaults(workload);
  t.deepEqual(workload.spec.template.spec.containers[0].resources.requests, { cpu: '250m' });
  t.is(workload.spec.template.spec.enableServiceLinks, undefined);
});

test('container ports become host ports on the network of the host', (t) => {
  const { containers } = aDefaultedPod({
    hostNetwork: true,
    containers: [aContainer({ ports: [{ containerPort: 80 }] })],
  }).spec;
  t.is(containers[0].ports[0].hostPort, 80);
});

test('a volume without a source is an emptyDir, and modes are 0644', (t) => {
  const { volumes } = aDefaultedPod({
    volumes: [
      { name: 'a' },
      { name: 'b', configMap: { name: 'x' } },
      { name: 'c', hostPath: { path: '/x' } },
      { name: 'd', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    ],
  }).spec;
  t.deepEqual(volumes[0].emptyDir, {});
  t.is(volumes[1].configMap.defaultMode, 420);
  t.is(volumes[2].hostPath.type, '');
  t.is(volumes[3].projected.sources[0].serviceAccountToken.expirationSeconds, 3600);
});

test('defaults of a pod that has them change nothing', (t) => {
  const once = aDefaultedPod({ volumes: [{ name: 'a' }], serviceAccount: 'robot' });
  const twice = copyOf(once);
  pod.applyDefaults(twice);
  t.deepEqual(twice, once);
  t.is(twice.spec.serviceAccountName, 'robot');
});

test('a Deployment rolls a quarter at a time unless it says otherwise', (t) => {
  const workload: any = { metadata: {}, spec: { template: {} } };
  deployment.applyDefaults(workload);
  t.like(workload.spec, {
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const other: any = { metadata: {}, spec: { strategy: { type: 'Recreate' }, template: {} } };
  deployment.applyDefaults(other);
  t.deepEqual(other.spec.strategy, { type: 'Recreate' });
});
