/** The objects that every cluster has from its first start, as pure data. */
import { familyOf, isIp } from './ip-rules.js';
import { SYSTEM_PRIORITIES } from './priority-class.js';

export interface BootstrapFacts {
  /** The cluster's CA, PEM. */
  readonly caCertificatePem: string;
  /** Where clients outside reach the API. */
  readonly apiHost: string;
  readonly apiPort: number;
  /** The first address of the service range: that of the Service default/kubernetes. */
  readonly serviceAddress: string;
}

/** As a client would send it: uid, times and resourceVersion come with the create. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const BOOTSTRAP_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

/** These can't be deleted (403). */
export const PROTECTED_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public'];

export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';
export const DEFAULT_SERVICE_ACCOUNT = 'default';

const API_PORT_NAME = 'https';
const API_SERVICE_PORT = 443;

const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** For each namespace. Made by a controller, which also mends it. */
export function rootCaConfigMap(namespace: string, caCertificatePem: string): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: ROOT_CA_CONFIG_MAP,
      namespace,
      annotations: { 'kubernetes.io/description': ROOT_CA_DESCRIPTION },
    },
    data: { 'ca.crt': caCertificatePem },
  };
}

/** For each namespace. Made by a controller, which also mends it. */
export function defaultServiceAccount(namespace: string): NewObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_SERVICE_ACCOUNT, namespace } };
}

function namespaceObject(name: string): NewObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } };
}

const PRIORITY_DESCRIPTIONS: Readonly<Record<string, string>> = {
  'system-cluster-critical':
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  'system-node-critical': 'Used for system critical pods that must not be moved from their current node.',
};

function priorityClassObject(name: string): NewObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: SYSTEM_PRIORITIES[name],
    description: PRIORITY_DESCRIPTIONS[name],
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

/** The Service through which pods find the API. */
function apiService({ serviceAddress, apiPort }: BootstrapFacts): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: serviceAddress,
      clusterIPs: [serviceAddress],
      ipFamilies: [familyOf(serviceAddress)],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ name: API_PORT_NAME, protocol: 'TCP', port: API_SERVICE_PORT, targetPort: apiPort }],
    },
  };
}

/** Where the API listens. To be replaced when its address changes. */
function apiEndpointSlice({ apiHost, apiPort }: BootstrapFacts): NewObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: isIp(apiHost) ? familyOf(apiHost) : 'FQDN',
    endpoints: [{ addresses: [apiHost], conditions: { ready: true } }],
    ports: [{ name: API_PORT_NAME, protocol: 'TCP', port: apiPort }],
  };
}

const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** A kubeconfig without users: what a joining node may know. */
function clusterInfo({ caCertificatePem, apiHost, apiPort }: BootstrapFacts): NewObject {
  const lines = [
    'apiVersion: v1',
    'clusters:',
    '- cluster:',
    `    certificate-authority-data: ${Buffer.from(caCertificatePem).toString('base64')}`,
    `    server: https://${inUrl(apiHost)}:${apiPort}`,
    '  name: ""',
    'contexts: null',
    'current-context: ""',
    'kind: Config',
    'preferences: {}',
    'users: null',
  ];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig: `${lines.join('\n')}\n` },
  };
}

/** What aggregated API servers read to trust this one's clients. */
function extensionAuthentication({ caCertificatePem }: BootstrapFacts): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
    data: {
      'client-ca-file': caCertificatePem,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': caCertificatePem,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    },
  };
}

/** In the order in which they can be created; each only if it isn't there. */
export function bootstrapObjects(facts: BootstrapFacts): readonly NewObject[] {
  return [
    ...BOOTSTRAP_NAMESPACES.map(namespaceObject),
    ...Object.keys(SYSTEM_PRIORITIES).map(priorityClassObject),
    apiService(facts),
    apiEndpointSlice(facts),
    clusterInfo(facts),
    extensionAuthentication(facts),
  ];
}
