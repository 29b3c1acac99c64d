/** What a pod's status says of its simulated containers → the containers. Pure. */
import type { ContainerStatus, Pod } from '../../schemas/meta/object.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { ContainerSpec, ContainerState, SandboxSpec } from './container-runtime.js';
import { SIDECAR_LABEL, SIMULATED_PREFIX } from './simulated-container.js';

const SCHEME = 'simulated://';

export interface ResumedPod {
  readonly spec: SandboxSpec;
  readonly ips: readonly string[];
  readonly createdAtMs: number;
  readonly containers: readonly { readonly spec: ContainerSpec; readonly state: ContainerState }[];
}

/** Undefined for a pod of which nothing ran, or whose containers were not simulated. */
export function resumedPod(pod: Pod, nowMs: number): ResumedPod | undefined {
  const { status, metadata } = pod;
  if (status?.phase !== 'Running' && status?.phase !== 'Pending') return undefined;
  const identity = { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid };
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map((one) => one.name),
  );
  const labels = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith(SIMULATED_PREFIX)),
  );
  const of = (list: readonly ContainerStatus[] | undefined, kind: ContainerSpec['kind']) =>
    (list ?? [])
      .filter(({ containerID }) => containerID?.startsWith(SCHEME))
      .map((one) => {
        const own = { ...labels, ...(sidecars.has(one.name) ? { [SIDECAR_LABEL]: 'true' } : {}) };
        const spec = containerSpecOf(identity, one, kind, own);
        return { spec, state: stateOf(spec, one, nowMs) };
      });
  const containers = [
    ...of(status.initContainerStatuses, 'init'),
    ...of(status.containerStatuses, 'main'),
    ...of(status.ephemeralContainerStatuses, 'ephemeral'),
  ];
  if (containers.length === 0) return undefined;
  const createdAtMs = status.startTime ? parseTime(status.startTime as string) : nowMs;
  return {
    spec: sandboxSpecOf(pod, identity),
    ips: (status.podIPs ?? []).map(({ ip }) => ip),
    createdAtMs,
    containers,
  };
}

function sandboxSpecOf(pod: Pod, identity: SandboxSpec['pod']): SandboxSpec {
  const { hostNetwork = false, hostPID = false, hostIPC = false, shareProcessNamespace = false } = pod.spec;
  const shared = { hostNetwork, hostPID, hostIPC, shareProcessNamespace };
  return { pod: identity, attempt: 0, hostname: identity.name, ...shared, ports: [], sysctls: {}, labels: {} };
}

function containerSpecOf(
  pod: ContainerSpec['pod'],
  { name, restartCount, image }: ContainerStatus,
  kind: ContainerSpec['kind'],
  labels: Readonly<Record<string, string>>,
): ContainerSpec {
  return {
    pod,
    name,
    kind,
    attempt: restartCount,
    image,
    env: [],
    mounts: [],
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 2, oomScoreAdj: 1_000 },
    security: {
      privileged: false,
      capabilitiesAdd: [],
      capabilitiesDrop: [],
      readOnlyRootFilesystem: false,
      noNewPrivileges: false,
      maskedPathsDefault: true,
    },
    labels,
  };
}

function stateOf(
  spec: ContainerSpec,
  { state, lastState, containerID, imageID }: ContainerStatus,
  nowMs: number,
): ContainerState {
  const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
  const started = (state?.running?.startedAt ?? ended?.startedAt) as string | undefined;
  const startedAtMs = started ? parseTime(started) : nowMs;
  return {
    id: containerID!.slice(SCHEME.length),
    pod: spec.pod,
    name: spec.name,
    kind: spec.kind,
    attempt: spec.attempt,
    state: ended ? 'exited' : 'running',
    ...(ended
      ? { exitCode: ended.exitCode, finishedAtMs: ended.finishedAt ? parseTime(ended.finishedAt as string) : nowMs }
      : {}),
    createdAtMs: startedAtMs,
    startedAtMs,
    image: spec.image,
    imageId: imageID,
    labels: spec.labels,
  };
}
