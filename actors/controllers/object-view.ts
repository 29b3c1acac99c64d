/** What the garbage collector and the namespace controller keep of any object: who owns it, and what holds it back. */
import type { ViewSpec } from '../../runtime/views/view.js';
import type { KubeObject, ObjectKey, OwnerReference } from '../../schemas/meta/object.js';

export interface ObjectItem {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly terminating: boolean;
}

const NONE: readonly never[] = [];

function projectObject({ metadata }: KubeObject, key: ObjectKey): ObjectItem {
  const { namespace = '', uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } = metadata;
  return {
    key,
    namespace,
    uid,
    resourceVersion,
    owners: ownerReferences ?? NONE,
    finalizers: finalizers ?? NONE,
    terminating: deletionTimestamp !== undefined,
  };
}

const specs = new Map<string, ViewSpec<ObjectItem>>();

/** Indexes: `namespace`, and `owner` by the uid of each owner. The same spec for the same type. */
export function objectsView(type: string): ViewSpec<ObjectItem> {
  let spec = specs.get(type);
  if (!spec) {
    spec = {
      type,
      project: projectObject,
      indexes: { namespace: ({ namespace }) => [namespace], owner: ({ owners }) => owners.map(({ uid }) => uid) },
    };
    specs.set(type, spec);
  }
  return spec;
}
