/** Fields of a pod that its own containers may read (fieldRef, resourceFieldRef). Pure. */
import type { Pod } from '../../schemas/meta/object.js';
import { milliOf, nanosOfQuantity, valueOf } from '../../schemas/meta/quantity.js';
import { containerNamed } from './pod-facts.js';

export interface FieldFacts {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Throws Error for a path that names nothing. */
export function fieldOf(pod: Pod, path: string, facts: FieldFacts): string {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'spec.nodeName':
      return facts.nodeName;
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return facts.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return facts.hostIPs.join(',');
    case 'status.podIP':
      return facts.podIPs[0] ?? '';
    case 'status.podIPs':
      return facts.podIPs.join(',');
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** A request or limit divided and rounded up; a limit that isn't set is the node's allocatable. */
export function resourceFieldOf(
  pod: Pod,
  own: string,
  ref: { containerName?: string; resource: string; divisor?: string | number },
  facts: FieldFacts,
): string {
  const container = containerNamed(pod, ref.containerName || own);
  if (!container) throw new Error(`container ${ref.containerName} not found`);
  const [list, ...rest] = ref.resource.split('.');
  const name = rest.join('.');
  if (list !== 'requests' && list !== 'limits') throw new Error(`unsupported container resource : ${ref.resource}`);
  const set = container.resources?.[list]?.[name];
  const quantity = set ?? (list === 'limits' ? facts.allocatable[name] : undefined) ?? 0;
  const divisor = ref.divisor === undefined || valueOf(ref.divisor) === 0 ? 1 : ref.divisor;
  if (name === 'cpu') return String(Math.ceil(milliOf(quantity) / milliOf(divisor)));
  const by = nanosOfQuantity(divisor);
  return String((nanosOfQuantity(quantity) + by - 1n) / by);
}
