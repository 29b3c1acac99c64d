/** ReplicaSets, whole: their controllers need the template. */
import type { ReplicaSet } from '../../schemas/meta/object.js';
import { controllerOf } from '../../schemas/meta/object.js';
import type { ViewSpec } from '../../runtime/views/view.js';

/** Indexes: `owner` by the controlling owner's uid, `orphans` by namespace (those that nobody controls), `namespace`. */
export const replicaSetsView: ViewSpec<ReplicaSet> = {
  type: 'replicasets.apps',
  project: (object) => object as ReplicaSet,
  indexes: {
    owner: (set) => {
      const controller = controllerOf(set);
      return controller ? [controller.uid] : [];
    },
    orphans: (set) => (controllerOf(set) ? [] : [set.metadata.namespace ?? '']),
    namespace: (set) => [set.metadata.namespace ?? ''],
  },
};
