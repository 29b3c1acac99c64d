/** Fields of a pod that its own containers may read (fieldRef, resourceFieldRef), with the addresses that only the agent knows yet. Pure. */
import type { Pod } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';
import { fieldValue, type ResourceFieldSelector, resourceValue } from '../volumes/downward-api.js';

export interface FieldFacts {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The pod as its containers see it: with its node and addresses. */
function withAddresses(pod: Pod, { nodeName, hostIPs, podIPs }: FieldFacts): Pod {
  const status = {
    ...pod.status,
    ...(hostIPs[0] ? { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) } : {}),
    ...(podIPs[0] ? { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) } : {}),
  };
  return { ...pod, spec: { ...pod.spec, nodeName }, status };
}

/** Throws Error for a path that names nothing. */
export function fieldOf(pod: Pod, path: string, facts: FieldFacts): string {
  const value = fieldValue(withAddresses(pod, facts), path);
  if (value === undefined) throw new Error(`unsupported fieldPath: ${path}`);
  return value;
}

/** A request or limit divided and rounded up; a limit that isn't set is the node's allocatable. Throws Error. */
export function resourceFieldOf(
  pod: Pod,
  own: string,
  selector: ResourceFieldSelector,
  { allocatable }: FieldFacts,
): string {
  const node = { cpuMillis: milliOf(allocatable.cpu ?? 0), memoryBytes: valueOf(allocatable.memory ?? 0) };
  const value = resourceValue(pod, selector, node, own);
  if (value === undefined) throw new Error(`unsupported container resource : ${selector.resource}`);
  return value;
}
