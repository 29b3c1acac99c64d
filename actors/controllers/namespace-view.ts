import type { ViewSpec } from '../../runtime/views/view.js';
import type { Namespace } from '../../schemas/meta/object.js';

/** Namespaces, whole: they are few and small. */
export const namespacesView: ViewSpec<Namespace> = {
  type: 'namespaces',
  project: (object) => object as Namespace,
};
