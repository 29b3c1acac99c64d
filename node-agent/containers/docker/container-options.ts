/** ContainerSpec → what Docker's create takes: pure. */
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { ContainerSpec, Mount } from '../container-runtime.js';
import { containerLabels, containerNameOf, type Owner } from './identity.js';

/** What a container must share with its pod's sandbox. */
export interface SandboxNamespaces {
  readonly id: string;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly sharedPid: boolean;
}

/** As kubelet: 10 MiB a file, five files. */
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };
const PROPAGATION = { None: 'rprivate', HostToContainer: 'rslave', Bidirectional: 'rshared' } as const;

/** `Mounts` refuse a missing source, where `Binds` would make a directory of root's. */
function mountOf(mount: Mount): MountSettings {
  return {
    Type: 'bind',
    Source: mount.hostPath,
    Target: mount.containerPath,
    ReadOnly: mount.readOnly,
    BindOptions: { Propagation: PROPAGATION[mount.propagation ?? 'None'] },
  };
}

function namespaceOptions(sandbox: SandboxNamespaces): Partial<HostConfig> {
  const joined = `container:${sandbox.id}`;
  return {
    NetworkMode: joined,
    IpcMode: sandbox.hostIPC ? 'host' : joined,
    ...(sandbox.hostPID ? { PidMode: 'host' } : sandbox.sharedPid ? { PidMode: joined } : {}),
    ...(sandbox.hostNetwork ? { UTSMode: 'host' } : {}),
  };
}

function resourceOptions({ resources }: ContainerSpec, oomScoreAdjMin: number): Partial<HostConfig> {
  const { memoryBytes, cpuQuotaMicros, cpuPeriodMicros, pidsLimit } = resources;
  return {
    CpuShares: Math.max(2, resources.cpuShares),
    ...(cpuQuotaMicros ? { CpuQuota: Math.max(1000, cpuQuotaMicros), CpuPeriod: cpuPeriodMicros ?? 100_000 } : {}),
    ...(memoryBytes ? { Memory: memoryBytes, MemorySwap: memoryBytes } : {}), // Equal: no swap, as Kubernetes has it.
    ...(pidsLimit ? { PidsLimit: pidsLimit } : {}),
    OomScoreAdj: Math.max(oomScoreAdjMin, resources.oomScoreAdj),
  };
}

/** `seccompProfile` is the JSON text of a Localhost profile: Docker takes no path here. */
function securityOptions({ security }: ContainerSpec, seccompProfile: string | undefined): Partial<HostConfig> {
  const options: string[] = [];
  if (security.noNewPrivileges) options.push('no-new-privileges');
  if (security.seccomp === 'unconfined' && !security.privileged) options.push('seccomp=unconfined');
  if (seccompProfile !== undefined) options.push(`seccomp=${seccompProfile}`);
  return {
    Privileged: security.privileged,
    CapAdd: [...security.capabilitiesAdd],
    CapDrop: [...security.capabilitiesDrop],
    ReadonlyRootfs: security.readOnlyRootFilesystem,
    SecurityOpt: options,
    ...(security.groups?.length ? { GroupAdd: security.groups.map(String) } : {}),
    ...(security.maskedPathsDefault ? {} : { MaskedPaths: [], ReadonlyPaths: [] }),
  };
}

/** Docker sets HOSTNAME by itself; command and args have Kubernetes' meaning because Docker drops the image's Cmd when Entrypoint is given. */
export function containerOptions(
  spec: ContainerSpec,
  owner: Owner,
  sandbox: SandboxNamespaces,
  machine: { readonly oomScoreAdjMin: number; readonly seccompProfile?: string },
): ContainerCreateOptions {
  return {
    name: containerNameOf(spec),
    Image: spec.image,
    ...(spec.command?.length ? { Entrypoint: [...spec.command] } : {}),
    ...(spec.args?.length ? { Cmd: [...spec.args] } : {}),
    ...(spec.workingDir ? { WorkingDir: spec.workingDir } : {}),
    ...(spec.security.user !== undefined ? { User: spec.security.user } : {}),
    Env: spec.env.map(({ name, value }) => `${name}=${value}`),
    Labels: containerLabels(owner, sandbox.id, spec),
    Tty: spec.tty,
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdinOnce,
    Healthcheck: { Test: ['NONE'] }, // Kubernetes ignores the image's.
    HostConfig: {
      ...namespaceOptions(sandbox),
      ...resourceOptions(spec, machine.oomScoreAdjMin),
      ...securityOptions(spec, machine.seccompProfile),
      ...(spec.cgroupParent ? { CgroupParent: spec.cgroupParent } : {}),
      Mounts: spec.mounts.map(mountOf),
      LogConfig: LOG_CONFIG,
    },
  };
}
