/** Which ConfigMaps and Secrets a pod mentions. Pure. Keys as `ConfigMap/<namespace>/<name>`. */
import type { Pod } from '../meta/object.js';

export function mentionedConfig(pod: Pod): Set<string> {
  const namespace = pod.metadata.namespace ?? '';
  const keys = new Set<string>();
  const map = (name: string | undefined) => name && keys.add(`ConfigMap/${namespace}/${name}`);
  const secret = (name: string | undefined) => name && keys.add(`Secret/${namespace}/${name}`);
  for (const container of [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []),
    ...(pod.spec.ephemeralContainers ?? []),
  ]) {
    for (const source of container.envFrom ?? []) {
      map(source.configMapRef?.name);
      secret(source.secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      map(valueFrom?.configMapKeyRef?.name);
      secret(valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of pod.spec.volumes ?? []) {
    map(volume.configMap?.name);
    secret(volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      map(source.configMap?.name);
      secret(source.secret?.name);
    }
  }
  for (const { name } of pod.spec.imagePullSecrets ?? []) secret(name);
  return keys;
}
