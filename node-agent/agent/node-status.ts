/** A machine → its Node object and status, in the kubelet's words. Pure. */
import type { Condition, Node } from '../../schemas/meta/object.js';
import { quantityOfMilli } from '../../schemas/meta/quantity.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { RuntimeInfo } from '../containers/container-runtime.js';
import { agentLimits } from './agent-limits.js';

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  /** Replaces what the machine says: resource name → quantity. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly podsMax?: number;
  readonly machineId?: string;
  readonly bootId?: string;
  readonly version?: string;
  readonly agentPort?: number;
}

/** `Map` of labels that the agent owns; what users add beside them is kept by the node's link. */
function nodeLabels(name: string, info: RuntimeInfo | undefined, options: NodeOptions): Record<string, string> {
  const os = 'linux';
  const arch = architecture(info?.architecture ?? 'amd64');
  return {
    'beta.kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': os,
    'kubernetes.io/arch': arch,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': os,
    ...options.labels,
  };
}

function architecture(name: string): string {
  if (name === 'x86_64' || name === 'x64') return 'amd64';
  return name === 'aarch64' ? 'arm64' : name;
}

export function capacityOf(info: RuntimeInfo | undefined, options: NodeOptions): Record<string, string> {
  return {
    cpu: quantityOfMilli((info?.cpuCores ?? 0) * 1_000),
    memory: `${Math.floor((info?.memoryBytes ?? 0) / 1024)}Ki`,
    pods: String(options.podsMax ?? agentLimits.podsDefault),
    ...options.capacity,
  };
}

/** `down`: why the node can't run pods; undefined while it can. */
export function nodeStatus(
  info: RuntimeInfo | undefined,
  options: NodeOptions,
  down: string | undefined,
  images: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[],
  before: Node['status'] | undefined,
  nowMs: number,
): NonNullable<Node['status']> {
  const capacity = capacityOf(info, options);
  const architectureName = architecture(info?.architecture ?? 'amd64');
  return {
    capacity,
    allocatable: capacity,
    conditions: conditionsOf(down, (before?.conditions ?? []) as Condition[], nowMs) as NonNullable<
      Node['status']
    >['conditions'],
    addresses: (options.addresses ?? []) as NonNullable<Node['status']>['addresses'],
    daemonEndpoints: { kubeletEndpoint: { Port: options.agentPort ?? 10250 } },
    nodeInfo: {
      machineID: options.machineId ?? '',
      systemUUID: options.machineId ?? '',
      bootID: options.bootId ?? '',
      kernelVersion: info?.kernelVersion ?? '',
      osImage: info?.osImage ?? '',
      containerRuntimeVersion: info ? `${info.name}://${info.version}` : '',
      kubeletVersion: options.version ?? 'v1.36.0+troupe.0.1.0',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: architectureName,
    },
    images: [...images]
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, agentLimits.imagesInStatusMax)
      .map(({ names, sizeBytes }) => ({ names: names.slice(0, 5), sizeBytes })),
  } as NonNullable<Node['status']>;
}

function conditionsOf(down: string | undefined, before: readonly Condition[], nowMs: number): Condition[] {
  const ready: [string, 'True' | 'False', string, string] = down
    ? ['Ready', 'False', 'KubeletNotReady', down]
    : ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'];
  const wanted: [string, 'True' | 'False', string, string][] = [
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ready,
  ];
  const time = formatTime(nowMs);
  return wanted.map(([type, status, reason, message]) => {
    const earlier = before.find((condition) => condition.type === type);
    const lastTransitionTime = earlier?.status === status ? (earlier.lastTransitionTime ?? time) : time;
    return { type, status, lastHeartbeatTime: time, lastTransitionTime, reason, message };
  });
}

/** Everything but the times of heartbeats. */
export function sameStatus(a: Node['status'] | undefined, b: Node['status'] | undefined): boolean {
  const plain = (status: Node['status']) =>
    JSON.stringify(status, (name, value: unknown) => (name === 'lastHeartbeatTime' ? undefined : value));
  return a !== undefined && b !== undefined && plain(a) === plain(b);
}

export function nodeObject(
  name: string,
  info: RuntimeInfo | undefined,
  options: NodeOptions,
  status: Node['status'],
): Node {
  const taints = options.taints?.map((taint) => ({ ...taint }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: nodeLabels(name, info, options),
      ...(options.annotations ? { annotations: { ...options.annotations } } : {}),
    },
    spec: taints ? { taints } : {},
    status,
  } as Node;
}
