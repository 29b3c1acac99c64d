/** A container of a pod's spec → what the runtime is asked to create. Pure. */
import { type QosClass, qosClassOf } from '../../schemas/kinds/pod-qos.js';
import type { Container, Pod } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';
import { cpuQuotaOf, cpuSharesOf, oomScoreAdjOf } from '../containers/cgroup-parent.js';
import type { ContainerSpec, ImageInfo, Mount, SandboxSpec } from '../containers/container-runtime.js';
import { ContainerConfigError } from './environment.js';
import { expand } from './expansion.js';
import type { ContainerKind } from './pod-facts.js';
import { runtimeLabels } from './runtime-labels.js';

const CPU_PERIOD_MICROS = 100_000;
const NODE_CRITICAL_PRIORITY = 2_000_001_000;

export interface ContainerParts {
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly sandboxAttempt: number;
  readonly image: ImageInfo;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly nodeMemoryBytes: number;
  readonly cgroupParent: string | undefined;
}

/** Throws ContainerConfigError where the security context forbids the image's user. */
export function containerSpec(pod: Pod, container: Container, parts: ContainerParts): ContainerSpec {
  const lookUp = (name: string) => parts.environment.get(name);
  const expanded = (texts: readonly string[] | undefined) => texts?.map((text) => expand(text, lookUp));
  const command = expanded(container.command);
  const args = expanded(container.args);
  return {
    pod: identityOf(pod),
    name: container.name,
    kind: parts.kind,
    attempt: parts.attempt,
    image: parts.image.id,
    ...(command?.length ? { command } : {}),
    ...(args?.length ? { args } : {}),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    env: [...parts.environment].map(([name, value]) => ({ name, value })),
    mounts: parts.mounts,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    resources: resourcesOf(pod, container, parts.nodeMemoryBytes),
    security: securityOf(pod, container, parts.image),
    ...(parts.cgroupParent ? { cgroupParent: parts.cgroupParent } : {}),
    labels: {
      [runtimeLabels.sandboxAttempt]: String(parts.sandboxAttempt),
      [runtimeLabels.image]: container.image ?? '',
      [runtimeLabels.imageId]: parts.image.repoDigests[0] ?? parts.image.id,
    },
  };
}

function identityOf(pod: Pod): { namespace: string; name: string; uid: string } {
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid };
}

function resourcesOf(pod: Pod, container: Container, nodeMemoryBytes: number): ContainerSpec['resources'] {
  const { limits, requests } = container.resources ?? {};
  const cpuLimit = limits?.cpu;
  const memory = limits?.memory === undefined ? 0 : valueOf(limits.memory);
  const quota = cpuLimit === undefined ? undefined : cpuQuotaOf(milliOf(cpuLimit));
  return {
    cpuShares: cpuSharesOf(milliOf(requests?.cpu ?? cpuLimit ?? 0)),
    ...(quota === undefined ? {} : { cpuQuotaMicros: quota, cpuPeriodMicros: CPU_PERIOD_MICROS }),
    ...(memory > 0 ? { memoryBytes: memory } : {}),
    oomScoreAdj: oomScoreOf(pod, container, nodeMemoryBytes),
  };
}

/** Whom the kernel kills first when the machine runs out of memory: as the kubelet's policy. */
function oomScoreOf(pod: Pod, container: Container, nodeMemoryBytes: number): number {
  if ((pod.spec.priority ?? 0) >= NODE_CRITICAL_PRIORITY) return -997;
  const request = valueOf(container.resources?.requests?.memory ?? 0);
  return oomScoreAdjOf(qosOf(pod), request, Math.max(nodeMemoryBytes, 1));
}

export const qosOf = (pod: Pod): QosClass => pod.status?.qosClass ?? qosClassOf(pod);

function securityOf(pod: Pod, container: Container, image: ImageInfo): ContainerSpec['security'] {
  const own = container.securityContext;
  const shared = pod.spec.securityContext;
  const user = own?.runAsUser ?? shared?.runAsUser;
  const group = own?.runAsGroup ?? shared?.runAsGroup;
  checkNonRoot(pod, container, user, image);
  const groups = [...(shared?.supplementalGroups ?? []), ...(shared?.fsGroup === undefined ? [] : [shared.fsGroup])];
  const seccomp = own?.seccompProfile ?? shared?.seccompProfile;
  return {
    privileged: own?.privileged ?? false,
    ...(user === undefined && group === undefined ? {} : { user: userText(user, group, image) }),
    ...(groups.length > 0 ? { groups } : {}),
    capabilitiesAdd: own?.capabilities?.add ?? [],
    capabilitiesDrop: own?.capabilities?.drop ?? [],
    readOnlyRootFilesystem: own?.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own?.allowPrivilegeEscalation === false,
    ...(seccomp ? { seccomp: seccompOf(seccomp as { type: string; localhostProfile?: string }) } : {}),
    maskedPathsDefault: own?.procMount !== 'Unmasked',
  };
}

const userText = (user: number | undefined, group: number | undefined, image: ImageInfo): string => {
  const name = user === undefined ? image.user.split(':')[0] || '0' : String(user);
  return group === undefined ? name : `${name}:${group}`;
};

function seccompOf(profile: { type: string; localhostProfile?: string }): ContainerSpec['security']['seccomp'] {
  if (profile.type === 'Unconfined') return 'unconfined';
  return profile.type === 'Localhost' ? { localhostPath: profile.localhostProfile ?? '' } : 'default';
}

function checkNonRoot(pod: Pod, container: Container, user: number | undefined, image: ImageInfo): void {
  if (!(container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot)) return;
  const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  if (user === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (user !== undefined) return;
  const name = image.user.split(':')[0] ?? '';
  if (name === '' || name === '0')
    throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  if (/^\d+$/.test(name)) return;
  throw new ContainerConfigError(
    `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root ${where}`,
  );
}

/** The sandbox of a pod. `dns` is undefined for pods on the host's network that use the host's. */
export function sandboxSpec(pod: Pod, attempt: number, dns: SandboxSpec['dns'], cgroupParent?: string): SandboxSpec {
  const ports = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(
    (container) => container.ports ?? [],
  );
  const sysctls = pod.spec.securityContext?.sysctls ?? [];
  return {
    pod: identityOf(pod),
    attempt,
    hostname: hostnameOf(pod),
    hostNetwork: pod.spec.hostNetwork ?? false,
    hostPID: pod.spec.hostPID ?? false,
    hostIPC: pod.spec.hostIPC ?? false,
    shareProcessNamespace: pod.spec.shareProcessNamespace ?? false,
    ...(dns ? { dns } : {}),
    ...(cgroupParent ? { cgroupParent } : {}),
    ports: pod.spec.hostNetwork
      ? []
      : ports
          .filter((port) => port.hostPort)
          .map((port) => ({
            ...(port.hostIP ? { hostIP: port.hostIP } : {}),
            hostPort: port.hostPort!,
            containerPort: port.containerPort,
            protocol: port.protocol ?? 'TCP',
          })),
    sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
    labels: {},
  };
}

/** At most 63 characters, not ending in a separator. */
export function hostnameOf(pod: Pod): string {
  const name = pod.spec.hostname || pod.metadata.name;
  return name.slice(0, 63).replace(/[-.]+$/, '');
}
