/** SandboxSpec → what Docker's create takes: pure. */
import type { ContainerCreateOptions } from 'dockerode';
import type { PortMapping, SandboxSpec } from '../container-runtime.js';
import { type Owner, sandboxLabels, sandboxNameOf } from './identity.js';

/** Below every container of a pod, so that memory pressure takes the pod's containers first. */
const OOM_SCORE_ADJ = -998;

const portKey = ({ containerPort, protocol }: PortMapping) => `${containerPort}/${protocol.toLowerCase()}`;

function portOptions(ports: readonly PortMapping[]) {
  const bindings: Record<string, { HostIp?: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const list = (bindings[portKey(port)] ??= []);
    list.push({ ...(port.hostIP ? { HostIp: port.hostIP } : {}), HostPort: String(port.hostPort) });
  }
  return { exposed: Object.fromEntries(Object.keys(bindings).map((key) => [key, {}])), bindings };
}

function dnsOptions(dns: SandboxSpec['dns']) {
  if (!dns) return {};
  return { Dns: [...dns.servers], DnsSearch: [...dns.searches], DnsOptions: [...dns.options] };
}

/** What the machine offers to sandboxes. */
export interface SandboxSurroundings {
  /** Holds the waiting process. */
  readonly image: string;
  /** The Docker network of pods that don't use the host's. */
  readonly network: string;
  readonly oomScoreAdjMin: number;
}

export function sandboxOptions(
  spec: SandboxSpec,
  owner: Owner,
  { image, network, oomScoreAdjMin }: SandboxSurroundings,
): ContainerCreateOptions {
  const ports = spec.hostNetwork ? { exposed: {}, bindings: {} } : portOptions(spec.ports);
  return {
    name: sandboxNameOf(spec),
    Image: image,
    Entrypoint: ['/pause'],
    Labels: sandboxLabels(owner, spec),
    ...(spec.hostNetwork ? {} : { Hostname: spec.hostname }),
    ExposedPorts: ports.exposed,
    HostConfig: {
      NetworkMode: spec.hostNetwork ? 'host' : network,
      ...(spec.hostNetwork ? { UTSMode: 'host' } : {}),
      IpcMode: spec.hostIPC ? 'host' : 'shareable',
      ...(spec.hostPID ? { PidMode: 'host' } : {}),
      PortBindings: ports.bindings,
      ...(spec.hostNetwork ? {} : dnsOptions(spec.dns)),
      Sysctls: { ...spec.sysctls },
      ...(spec.cgroupParent ? { CgroupParent: spec.cgroupParent } : {}),
      OomScoreAdj: Math.max(oomScoreAdjMin, OOM_SCORE_ADJ),
      CpuShares: 2,
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}
