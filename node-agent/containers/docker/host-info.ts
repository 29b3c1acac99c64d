/** `docker info` → RuntimeInfo. Pure, so that both cgroup drivers can be tested from recorded answers. */
import type { RuntimeInfo } from '../container-runtime.js';

/** The fields of the answer that are read here. */
export interface DockerInfo {
  readonly ServerVersion: string;
  readonly OSType: string;
  readonly OperatingSystem: string;
  readonly KernelVersion: string;
  readonly Architecture: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly CgroupDriver: string;
  readonly CgroupVersion?: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

/** Architecture is spelled as Go does (`amd64`), which is what nodes report. */
export function runtimeInfo(info: DockerInfo): RuntimeInfo {
  return {
    name: 'docker',
    version: info.ServerVersion,
    operatingSystem: info.OSType,
    osImage: info.OperatingSystem,
    kernelVersion: info.KernelVersion,
    architecture: ARCHITECTURES[info.Architecture] ?? info.Architecture,
    cpuCores: info.NCPU,
    memoryBytes: info.MemTotal,
    cgroupDriver: info.CgroupDriver === 'systemd' || info.CgroupDriver === 'cgroupfs' ? info.CgroupDriver : 'none',
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
  };
}
