/** Small questions about a pod's spec that several parts of the agent ask. Pure. */
import type { Container, Pod } from '../../schemas/meta/object.js';

export type ContainerKind = 'init' | 'main' | 'ephemeral';

/** A restartable init container (KEP-753). */
export function isSidecar(container: { restartPolicy?: string }): boolean {
  return container.restartPolicy === 'Always';
}

function kindOfContainer(pod: Pod, name: string): ContainerKind | undefined {
  if (pod.spec.containers.some((container) => container.name === name)) return 'main';
  if (pod.spec.initContainers?.some((container) => container.name === name)) return 'init';
  if (pod.spec.ephemeralContainers?.some((container) => container.name === name)) return 'ephemeral';
  return undefined;
}

export function containerNamed(pod: Pod, name: string): Container | undefined {
  return (
    pod.spec.containers.find((container) => container.name === name) ??
    pod.spec.initContainers?.find((container) => container.name === name) ??
    (pod.spec.ephemeralContainers?.find((container) => container.name === name) as Container | undefined)
  );
}

/** All containers with a name of their own, init containers first, as Kubernetes lists them in messages. */
export function namesOfContainers(pod: Pod): string[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])].map(
    (container) => container.name,
  );
}

/** `name_namespace(uid)`: how the kubelet names a pod in messages. */
export function podText(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** The `involvedObject.fieldPath` of a container's events. */
export function fieldPathOf(pod: Pod, name: string): string {
  const kind = kindOfContainer(pod, name);
  const list =
    kind === 'init' ? 'spec.initContainers' : kind === 'ephemeral' ? 'spec.ephemeralContainers' : 'spec.containers';
  return `${list}{${name}}`;
}

/** Seconds between the first signal and the last: the deletion's, else the spec's. At least 1, as in the kubelet. */
export function graceSecondsOf(pod: Pod): number {
  const seconds = pod.metadata.deletionTimestamp
    ? (pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds)
    : pod.spec.terminationGracePeriodSeconds;
  return Math.max(1, seconds ?? 30);
}

/** May this container be started once more after it ended with `exitCode`? */
export function restartsAfter(pod: Pod, container: Container, kind: ContainerKind, exitCode: number): boolean {
  if (kind === 'ephemeral') return false;
  const rule = restartRule(container, exitCode);
  if (rule !== undefined) return rule;
  const own = container.restartPolicy as string | undefined;
  if (own === 'Always') return true;
  const policy = own ?? pod.spec.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  if (kind === 'init' || policy === 'OnFailure') return exitCode !== 0;
  return true;
}

/** `restartPolicyRules` (KEP-5307): the first rule that matches decides. */
function restartRule(container: Container, exitCode: number): boolean | undefined {
  const rules = (
    container as { restartPolicyRules?: { action: string; exitCodes?: { operator: string; values?: number[] } }[] }
  ).restartPolicyRules;
  for (const rule of rules ?? []) {
    const listed = rule.exitCodes?.values?.includes(exitCode) ?? false;
    if (rule.action === 'Restart' && (rule.exitCodes?.operator === 'NotIn' ? !listed : listed)) return true;
  }
  return undefined;
}
