/** What a pod may be told about itself, as env values and as files: fieldRef and resourceFieldRef. Pure. */
import type { Container, Pod } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';

/** What a limit means that is not set: all that the node has to give. */
export interface NodeAllocatable {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes?: number;
}

export interface ResourceFieldSelector {
  readonly containerName?: string;
  /** `limits.cpu`, `requests.memory`, … */
  readonly resource: string;
  readonly divisor?: string | number;
}

/** As Go's strconv.Quote: labels and annotations in files are `key="value"`, one a line, sorted. */
function formatMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

const ipsOf = (list: readonly { ip?: string }[] | undefined, first: string | undefined) => {
  const ips = (list ?? []).map(({ ip }) => ip).filter(Boolean);
  return (ips.length ? ips : [first ?? '']).join(',');
};

const FIELDS: Readonly<Record<string, (pod: Pod) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => formatMap(metadata.labels),
  'metadata.annotations': ({ metadata }) => formatMap(metadata.annotations),
  'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
  'status.hostIP': ({ status }) => status?.hostIP ?? '',
  'status.hostIPs': ({ status }) => ipsOf(status?.hostIPs, status?.hostIP),
  'status.podIP': ({ status }) => status?.podIP ?? '',
  'status.podIPs': ({ status }) => ipsOf(status?.podIPs, status?.podIP),
};

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** The value of a fieldRef; undefined for a path that is not supported. Give it a pod whose status has the addresses. */
export function fieldValue(pod: Pod, fieldPath: string): string | undefined {
  const subscript = SUBSCRIPT.exec(fieldPath);
  if (!subscript) return FIELDS[fieldPath]?.(pod);
  const [, map, key = ''] = subscript;
  return pod.metadata[map as 'labels' | 'annotations']?.[key] ?? '';
}

function containersOf({ spec }: Pod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

function unsetValue(section: string, resource: string, node: NodeAllocatable): string {
  if (section !== 'limits') return '0';
  if (resource === 'cpu') return `${node.cpuMillis}m`;
  if (resource === 'memory') return String(node.memoryBytes);
  return resource === 'ephemeral-storage' ? String(node.ephemeralStorageBytes ?? 0) : '0';
}

const isZero = (divisor: string | number | undefined) => divisor === undefined || valueOf(divisor) === 0;

/** The value of a resourceFieldRef in units of its divisor, rounded up; undefined for a container or resource that is not there. */
export function resourceValue(
  pod: Pod,
  { containerName, resource, divisor }: ResourceFieldSelector,
  node: NodeAllocatable,
  defaultContainer?: string,
): string | undefined {
  const container = containersOf(pod).find(({ name }) => name === (containerName ?? defaultContainer));
  const [section = '', ...rest] = resource.split('.');
  const name = rest.join('.');
  if (!container || !name || (section !== 'limits' && section !== 'requests')) return undefined;
  const { resources } = container;
  const value = resources?.[section]?.[name] ?? unsetValue(section, name, node);
  const unit = divisor === undefined || isZero(divisor) ? '1' : divisor;
  if (name === 'cpu') return String(Math.ceil(milliOf(value) / milliOf(unit)));
  return String(Math.ceil(valueOf(value) / valueOf(unit)));
}
