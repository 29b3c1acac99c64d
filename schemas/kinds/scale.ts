/** autoscaling/v1 Scale: the view of a workload through its scale subresource. */
import { InvalidError } from '../errors.js';
import { invalid } from '../meta/field-errors.js';
import { type LabelSelector, selectorText } from '../meta/label-selector.js';
import type { KubeObject, ObjectMeta } from '../meta/object.js';
import type { Subresource } from './kind.js';
import { NOT_NEGATIVE } from './pod-field-rules.js';

export const scaleSchema = 'io.k8s.api.autoscaling.v1.Scale';

/** autoscaling/v1 Scale as a client may send it. */
export interface Scale extends Omit<KubeObject, 'metadata'> {
  metadata: Omit<ObjectMeta, 'resourceVersion'> & { resourceVersion?: string };
}

export const scaleSubresource: Subresource = {
  name: 'scale',
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  verbs: ['get', 'patch', 'update'],
};

function scaleMetadata({ name, namespace, uid, resourceVersion, creationTimestamp }: ObjectMeta): ObjectMeta {
  return { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp };
}

/** The Scale of a Deployment or ReplicaSet. */
export function scaleOf(workload: KubeObject): KubeObject {
  const spec = workload['spec'] as { replicas?: number; selector?: LabelSelector };
  const replicas = spec.replicas ?? 0;
  const selector = selectorText(spec.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: scaleMetadata(workload.metadata),
    spec: replicas > 0 ? { replicas } : {}, // As Go prints it: zero is left out.
    status: { replicas: workload['status']?.replicas ?? 0, ...(selector ? { selector } : {}) },
  };
}

/** The workload with the Scale's replicas, sharing all else; itself when they are the same. Throws InvalidError. */
export function applyScale(workload: KubeObject, scale: Scale): KubeObject {
  const replicas: number = scale['spec']?.replicas ?? 0;
  if (replicas < 0) {
    const about = { group: 'autoscaling', kind: 'Scale', name: workload.metadata.name };
    throw new InvalidError(about, [invalid('spec.replicas', replicas, NOT_NEGATIVE)]);
  }
  if (workload['spec'].replicas === replicas) return workload;
  return { ...workload, spec: { ...workload['spec'], replicas } };
}
