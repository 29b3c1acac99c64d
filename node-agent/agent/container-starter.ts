/** One container from its spec to running: image, environment, mounts, create, start. Each step may be repeated. */
import type { Container, Pod } from '../../schemas/meta/object.js';
import { podCgroupParent } from '../containers/cgroup-parent.js';
import { type Mount, RuntimeError, type Sandbox } from '../containers/container-runtime.js';
import { SIDECAR_LABEL, SIMULATED_PREFIX } from '../containers/simulated-container.js';
import { etcHosts } from '../network/etc-hosts.js';
import { dnsOf, resolvConf } from '../network/resolv-conf.js';
import { VolumeError } from '../volumes/pod-volumes.js';
import { agentLimits } from './agent-limits.js';
import { containerSpec, hostnameOf, qosOf } from './container-spec.js';
import { ContainerConfigError, environmentOf } from './environment.js';
import { expand } from './expansion.js';
import { ensureImage } from './image-puller.js';
import { fieldOf, resourceFieldOf } from './pod-fields.js';
import { type ContainerKind, isSidecar } from './pod-facts.js';
import type { PodServices } from './pod-services.js';
import type { RestartBackOff } from './restart-back-off.js';
import { StartError } from './start-error.js';

export interface StartOrder {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly sandbox: Sandbox;
  readonly volumePaths: ReadonlyMap<string, string>;
  readonly backOff: RestartBackOff;
  /** Asked once the image is there, which may take minutes. */
  wanted(): boolean;
}

export const terminationFile = (container: string, attempt: number): string =>
  `termination-log-${container}-${attempt}`;

/** The new container's id, created but not started; undefined if it is no longer wanted. Throws StartError, RuntimeError `unavailable`. */
export async function createContainer(services: PodServices, order: StartOrder): Promise<string | undefined> {
  const { pod, container, kind, attempt, sandbox } = order;
  const image = await ensureImage(services, pod, container, order.backOff);
  if (!order.wanted()) return undefined;
  try {
    const environment = await environmentFor(services, order);
    const mounts = await mountsOf(services, order, environment);
    const spec = containerSpec(pod, container, {
      kind,
      attempt,
      sandboxAttempt: sandbox.attempt,
      image,
      environment,
      mounts,
      nodeMemoryBytes: services.machine.memoryBytes,
      cgroupParent: podCgroupParent(services.machine.cgroupDriver, qosOf(pod), pod.metadata.uid),
    });
    const labels = {
      ...spec.labels,
      ...simulatedLabels(pod),
      ...(isSidecar(container) ? { [SIDECAR_LABEL]: 'true' } : {}),
    };
    const id = await services.runtime.createContainer(sandbox.id, { ...spec, labels });
    services.event(pod, 'Normal', 'Created', 'Container created', container.name);
    return id;
  } catch (error) {
    throw asStartError(error, 'CreateContainerError');
  }
}

/** Throws StartError `RunContainerError`, RuntimeError `unavailable`. */
export async function startContainer(services: PodServices, order: StartOrder, id: string): Promise<void> {
  try {
    await services.runtime.startContainer(id);
  } catch (error) {
    if (error instanceof RuntimeError && error.kind === 'unavailable') throw error;
    throw new StartError('RunContainerError', (error as Error).message, undefined);
  }
  services.event(order.pod, 'Normal', 'Started', 'Container started', order.container.name);
}

function asStartError(error: unknown, otherwise: string): Error {
  if (error instanceof RuntimeError && error.kind === 'unavailable') return error;
  const { message } = error as Error;
  const config = error instanceof ContainerConfigError || error instanceof VolumeError;
  return new StartError(config ? 'CreateContainerConfigError' : otherwise, message, agentLimits.backOffMs / 2);
}

/** What the simulated runtime is told through annotations. */
function simulatedLabels(pod: Pod): Record<string, string> {
  const annotations = pod.metadata.annotations;
  if (!annotations) return {};
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name.startsWith(SIMULATED_PREFIX)));
}

function environmentFor(services: PodServices, { pod, container, sandbox }: StartOrder): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? '';
  const { hostIPs, allocatable } = services.machine;
  const podIPs = pod.spec.hostNetwork ? hostIPs : sandbox.ips;
  const facts = { nodeName: services.nodeName, hostIPs, podIPs, allocatable };
  return environmentOf(pod, container, {
    configMap: (name) => services.config.configMap(namespace, name),
    secret: (name) => services.config.secret(namespace, name),
    fieldRef: (path) => fieldOf(pod, path, facts),
    resourceFieldRef: (ref) => resourceFieldOf(pod, container.name, ref, facts),
    apiService: services.apiService,
  });
}

async function mountsOf(
  services: PodServices,
  order: StartOrder,
  environment: ReadonlyMap<string, string>,
): Promise<Mount[]> {
  const { pod, container, attempt, volumePaths } = order;
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const path = volumePaths.get(mount.name);
    if (path === undefined)
      throw new ContainerConfigError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const subPath = mount.subPathExpr ? expandSubPath(mount.subPathExpr, environment) : mount.subPath;
    mounts.push({
      hostPath: subPath ? await services.volumes.subPath(pod, mount.name, subPath) : path,
      containerPath: mount.mountPath,
      readOnly: mount.readOnly ?? false,
      ...(mount.mountPropagation ? { propagation: mount.mountPropagation as Mount['propagation'] } : {}),
    });
  }
  const taken = new Set(mounts.map((mount) => mount.containerPath));
  const message = container.terminationMessagePath ?? '/dev/termination-log';
  if (message && !taken.has(message)) {
    const hostPath = await services.volumes.writeFile(
      pod.metadata.uid,
      terminationFile(container.name, attempt),
      '',
      0o666,
    );
    mounts.push({ hostPath, containerPath: message, readOnly: false });
  }
  for (const [containerPath, hostPath] of await networkFiles(services, order)) {
    if (!taken.has(containerPath)) mounts.push({ hostPath, containerPath, readOnly: false });
  }
  return mounts;
}

function expandSubPath(text: string, environment: ReadonlyMap<string, string>): string {
  return expand(text, (name) => {
    const value = environment.get(name);
    if (value === undefined)
      throw new ContainerConfigError(`failed to expand subpath expression: missing value for "${name}"`);
    return value;
  });
}

/** The pod's own /etc/hosts and /etc/resolv.conf; a pod on the machine's network has the machine's. */
async function networkFiles(services: PodServices, { pod, sandbox }: StartOrder): Promise<[string, string][]> {
  const { volumes } = services;
  const { uid } = pod.metadata;
  const files: [string, string][] = [];
  if (!pod.spec.hostNetwork) {
    const hosts = etcHosts(pod, sandbox.ips, hostnameOf(pod), services.clusterDomain);
    files.push(['/etc/hosts', await volumes.writeFile(uid, 'etc-hosts', hosts, 0o644)]);
  }
  const dns = dnsOf(pod, await volumes.hostDns(), services.clusterDns);
  files.push(['/etc/resolv.conf', await volumes.writeFile(uid, 'resolv.conf', resolvConf(dns), 0o644)]);
  return files;
}
