/** What is created: objects of the sizes that clusters hold. */
import { Buffer } from 'node:buffer';

export type BodyKind = 'configmap' | 'pod';

export const CONFIG_MAP_BYTES = 2_048;
export const POD_BYTES = 3_584;

export const pathOf = {
  configmap: '/api/v1/namespaces/default/configmaps',
  pod: '/api/v1/namespaces/default/pods',
} as const;

/** Microseconds of the clock that all processes of a machine share, in base 36. */
const stamp = () => (process.hrtime.bigint() / 1000n).toString(36);

/** When the object of this name was sent, in ms of `performance`'s kind: only differences mean anything. */
export const sentMs = (name: string) => Number.parseInt(name.slice(name.lastIndexOf('-') + 1), 36) / 1000;
export const nowMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Makes one body after the other, each with a name of its own that tells when it was made; everything else is encoded once. */
export function bodyMaker(kind: BodyKind, prefix: string): () => Buffer {
  const marker = 'NAME-NAME-NAME-NAME-NAME-NAME-';
  const object = kind === 'configmap' ? configMap(marker) : pod(marker);
  const [head, tail] = JSON.stringify(object).split(marker) as [string, string];
  let count = 0;
  return () =>
    Buffer.from(
      `${head}${`${prefix}-${(count++).toString(36)}-${stamp()}`.padStart(marker.length, 'x')}${tail}`,
      'latin1',
    );
}

function configMap(name: string) {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { app: 'bench', tier: 'config' } },
    data: {} as Record<string, string>,
  };
  object.data['application.properties'] = propertiesOf(CONFIG_MAP_BYTES - JSON.stringify(object).length - 300);
  object.data['log.level'] = 'info';
  object.data['feature.flags'] = 'x'.repeat(Math.max(0, CONFIG_MAP_BYTES - JSON.stringify(object).length - 20));
  return object;
}

function propertiesOf(bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += `server.option.${i}=value-${i * 7919}\n`;
  return text.slice(0, bytes);
}

function pod(name: string) {
  const container = (index: number) => ({
    name: `app-${index}`,
    image: 'registry.example.com/team/service:1.27.3',
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/server', '--listen=:8080', '--config=/etc/app/application.properties'],
    ports: [
      { name: `http-${index}`, containerPort: 8080 + index, protocol: 'TCP' },
      { name: `metrics-${index}`, containerPort: 9090 + index, protocol: 'TCP' },
    ],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      ...Array.from({ length: 6 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i * 104_729}` })),
    ],
    envFrom: [{ configMapRef: { name: 'shared-settings', optional: true } }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
    readinessProbe: {
      httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' },
      periodSeconds: 10,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: '/live', port: 8080, scheme: 'HTTP' },
      initialDelaySeconds: 15,
      periodSeconds: 20,
    },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app', readOnly: true },
      { name: 'scratch', mountPath: '/var/cache/app' },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePath: '/dev/termination-log',
  });
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { app: 'bench', tier: 'web' },
      annotations: { 'example.com/note': '' },
    },
    spec: {
      // Bound to nobody: what is measured is the API.
      schedulerName: 'none',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      containers: [container(0), container(1)],
      volumes: [
        {
          name: 'config',
          configMap: { name: 'settings', items: [{ key: 'application.properties', path: 'application.properties' }] },
        },
        { name: 'scratch', emptyDir: {} },
      ],
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'bench', effect: 'NoSchedule' }],
    },
  };
  object.metadata.annotations['example.com/note'] = 'x'.repeat(Math.max(0, POD_BYTES - JSON.stringify(object).length));
  return object;
}
