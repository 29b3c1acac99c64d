/** The messages that only pods take: bind and evict. */
import { type About, ConflictError } from '../../schemas/errors.js';
import type { Bind, Evict } from '../../schemas/messages/resource.js';
import { setCondition } from '../../schemas/meta/conditions.js';
import type { Condition, KubeObject } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';

/** The pod on its node; the same object if it is there already. Throws ConflictError for another pod, another node, a pod that is going. */
export function boundPod(pod: KubeObject, { uid, node }: Bind, about: About, nowMs: number): KubeObject {
  if (pod.metadata.uid !== uid) {
    throw new ConflictError(
      about,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  const spec = pod['spec'] as { nodeName?: string; schedulingGates?: unknown[] };
  if (spec.nodeName === node) return pod;
  if (spec.nodeName)
    throw new ConflictError(about, `pod ${about.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  if (pod.metadata.deletionTimestamp)
    throw new ConflictError(about, `pod ${about.name} is being deleted, cannot be assigned to a host`);
  if (spec.schedulingGates?.length)
    throw new ConflictError(about, `pod ${about.name} has non-empty .spec.schedulingGates`);
  const scheduled: Condition = { type: 'PodScheduled', status: 'True', observedGeneration: pod.metadata.generation };
  const conditions = withCondition(pod, scheduled, nowMs);
  return { ...pod, spec: { ...spec, nodeName: node }, status: { ...pod['status'], conditions } };
}

/** The pod with the condition that says why it is going. */
export function evictedPod(pod: KubeObject, { reason, message }: Evict, nowMs: number): KubeObject {
  const target: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message,
    observedGeneration: pod.metadata.generation,
  };
  return { ...pod, status: { ...pod['status'], conditions: withCondition(pod, target, nowMs) } };
}

function withCondition(pod: KubeObject, condition: Condition, nowMs: number): readonly Condition[] {
  return setCondition(pod['status']?.conditions, condition, formatTime(nowMs));
}
