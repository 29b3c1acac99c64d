/** Warnings about pods and templates that are legal but hardly meant. */
import { dns1123Label } from '../meta/names.js';
import { milliOf, whyNoQuantity } from '../meta/quantity.js';
import { type Path, SPEC } from './pod-path.js';
import { eachContainer } from './pod-windows.js';

const DEPRECATED_VOLUMES: Record<string, string> = {
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

function warnVolumes(warnings: string[], path: Path, volumes: readonly any[]): void {
  volumes.forEach((volume, i) => {
    for (const field in volume) {
      const text = DEPRECATED_VOLUMES[field];
      if (text) warnings.push(`${path.index(i).child(field)}: ${text}`);
    }
  });
}

function warnEnv(warnings: string[], path: Path, env: readonly any[]): void {
  for (let i = 1; i < env.length; i++) {
    const { name, value } = env[i];
    for (let j = i - 1; j >= 0; j--) {
      if (env[j].name !== name) continue;
      if (value?.includes(`$(${name})`)) break; // It builds on the one before.
      const text = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
      warnings.push(`${path.child('env').index(i)}: ${text}`);
      break;
    }
  }
}

function warnResources(warnings: string[], path: Path, resources: any): void {
  for (const which of ['limits', 'requests']) {
    for (const name of ['memory', 'ephemeral-storage']) {
      const quantity = resources?.[which]?.[name];
      if (quantity === undefined || whyNoQuantity(quantity) || milliOf(quantity) % 1000 === 0) continue;
      const at = path.child('resources').child(which).key(name);
      warnings.push(`${at}: fractional byte value ${JSON.stringify(String(quantity))} is invalid, must be an integer`);
    }
  }
}

function warnPorts(warnings: string[], path: Path, ports: readonly any[]): void {
  ports.forEach((port, i) => {
    const isSame = (other: any) => other.containerPort === port.containerPort && other.protocol === port.protocol;
    const first = ports.findIndex(isSame);
    if (first === i || port.hostPort || ports[first].hostPort) return;
    const at = path.child('ports');
    warnings.push(`${at.index(i)}: duplicate port definition with ${at.index(first)}`);
  });
}

function warnContainer(warnings: string[], path: Path, container: any): void {
  if (container.env?.length > 1) warnEnv(warnings, path, container.env);
  if (container.ports?.length > 1) warnPorts(warnings, path, container.ports);
  if (container.resources) warnResources(warnings, path, container.resources);
}

function warnSecrets(warnings: string[], path: Path, secrets: readonly { name?: string }[]): void {
  secrets.forEach(({ name = '' }, i) => {
    if (!name) warnings.push(`${path.index(i).child('name')}: invalid empty name ""`);
  });
}

/** Of a PodSpec at `path`: `spec`, or `spec.template.spec`. */
export function podSpecWarnings(path: Path, spec: any): string[] {
  const warnings: string[] = [];
  if (!spec) return warnings;
  if (spec.volumes) warnVolumes(warnings, path.child('volumes'), spec.volumes);
  if (spec.imagePullSecrets) warnSecrets(warnings, path.child('imagePullSecrets'), spec.imagePullSecrets);
  eachContainer(spec, path, (container, at) => warnContainer(warnings, at, container));
  if (spec.terminationGracePeriodSeconds < 0) {
    const text = 'must be >= 0; negative values are invalid and will be treated as 1';
    warnings.push(`${path.child('terminationGracePeriodSeconds')}: ${text}`);
  }
  return warnings;
}

export function podWarnings(pod: any): string[] {
  const warnings = podSpecWarnings(SPEC, pod.spec);
  const messages = dns1123Label(pod.metadata.name);
  if (messages.length === 0) return warnings;
  const text =
    "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  return [`metadata.name: ${text}: [${messages.join(' ')}]`, ...warnings];
}
