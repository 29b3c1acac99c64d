/** What a node offers and demands, as far as it decides where pods run. */
import type { KubeObject, Node, Taint } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';
import type { ViewSpec } from '../../runtime/views/view.js';

export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
  readonly others: Readonly<Record<string, number>>;
  /** Equal for equal facts: heartbeats change nothing. */
  readonly signature: string;
}

export function nodeFacts(object: KubeObject): NodeFacts {
  const { metadata, spec, status } = object as Node;
  const allocatable = (status?.allocatable ?? status?.capacity ?? {}) as Record<string, string | number>;
  const { cpu = 0, memory = 0, pods = 0, ...rest } = allocatable;
  const others: Record<string, number> = {};
  for (const resource in rest) others[resource] = valueOf(rest[resource] as string);
  const facts = {
    name: metadata.name,
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    unschedulable: spec?.unschedulable === true,
    cpuMillis: milliOf(cpu),
    memoryBytes: valueOf(memory),
    pods: valueOf(pods),
    others,
  };
  return { ...facts, signature: JSON.stringify(facts) };
}

export const nodeFactsView: ViewSpec<NodeFacts> = {
  type: 'nodes',
  project: (object) => (object.metadata.deletionTimestamp === undefined ? nodeFacts(object) : undefined),
};
