/** What the controllers keep of a node. */
import type { ViewSpec } from '../../runtime/views/view.js';
import type { Condition, Node, Taint } from '../../schemas/meta/object.js';
import { parseTime } from '../../schemas/meta/time.js';

export interface NodeItem {
  readonly name: string;
  readonly uid: string;
  readonly zone: string;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** Type → status. */
  readonly conditions: Readonly<Record<string, Condition['status']>>;
  readonly createdMs: number;
}

export const nodesView: ViewSpec<NodeItem> = {
  type: 'nodes',
  project: (object) => {
    const { metadata, spec, status } = object as Node;
    const { labels = {} } = metadata;
    const region = labels['topology.kubernetes.io/region'] ?? '';
    const conditions: Record<string, Condition['status']> = {};
    for (const condition of status?.conditions ?? [])
      conditions[condition.type] = condition.status as Condition['status'];
    return {
      name: metadata.name,
      uid: metadata.uid,
      zone: `${region}:${labels['topology.kubernetes.io/zone'] ?? ''}`,
      taints: spec?.taints ?? [],
      unschedulable: spec?.unschedulable === true,
      conditions,
      createdMs: parseTime(metadata.creationTimestamp),
    };
  },
};
