/** How sandboxes and containers are found again after a restart of the agent: by name and by label. */
import type { ContainerSpec, PodIdentity, SandboxSpec } from '../container-runtime.js';

/** Whose machine: everything of Troupe's carries both, and nothing else is looked at. */
export interface Owner {
  readonly nodeName: string;
  readonly clusterId: string;
}

export const labels = {
  node: 'io.troupe.node',
  cluster: 'io.troupe.cluster',
  type: 'io.troupe.type',
  attempt: 'io.troupe.attempt',
  containerKind: 'io.troupe.container.kind',
  sandbox: 'io.troupe.sandbox',
  sharedPid: 'io.troupe.shared-pid',
  // These are the names that other tools (cAdvisor, log shippers) look for.
  podNamespace: 'io.kubernetes.pod.namespace',
  podName: 'io.kubernetes.pod.name',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
} as const;

export type Labels = Readonly<Record<string, string>>;

export function ownerLabels(owner: Owner): Labels {
  return { [labels.node]: owner.nodeName, [labels.cluster]: owner.clusterId };
}

/** The `label` filter of list and events that finds only what is ours. */
export function ownerFilter(owner: Owner): string[] {
  return Object.entries(ownerLabels(owner)).map(([name, value]) => `${name}=${value}`);
}

function podLabels(pod: PodIdentity): Labels {
  return { [labels.podNamespace]: pod.namespace, [labels.podName]: pod.name, [labels.podUid]: pod.uid };
}

export function sandboxLabels(owner: Owner, spec: SandboxSpec): Record<string, string> {
  return {
    ...spec.labels,
    ...ownerLabels(owner),
    ...podLabels(spec.pod),
    [labels.type]: 'sandbox',
    [labels.attempt]: String(spec.attempt),
    ...(spec.shareProcessNamespace && !spec.hostPID ? { [labels.sharedPid]: 'true' } : {}),
  };
}

export function containerLabels(owner: Owner, sandboxId: string, spec: ContainerSpec): Record<string, string> {
  return {
    ...spec.labels,
    ...ownerLabels(owner),
    ...podLabels(spec.pod),
    [labels.type]: 'container',
    [labels.attempt]: String(spec.attempt),
    [labels.containerName]: spec.name,
    [labels.containerKind]: spec.kind,
    [labels.sandbox]: sandboxId,
  };
}

export function podOf(found: Labels): PodIdentity {
  return {
    namespace: found[labels.podNamespace] ?? '',
    name: found[labels.podName] ?? '',
    uid: found[labels.podUid] ?? '',
  };
}

/** Docker refuses a second container of the same name, so a repeated create finds the first. No part contains an underscore. */
export function sandboxNameOf({ pod, attempt }: SandboxSpec): string {
  return `troupe_POD_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;
}

export function containerNameOf({ name, pod, attempt }: ContainerSpec): string {
  return `troupe_${name}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;
}
