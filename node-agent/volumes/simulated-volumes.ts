/** PodVolumes without a disk: what a volume mentions must exist, and that is all. */
import type { Pod } from '../../schemas/meta/object.js';
import { type PodVolumes, VolumeError, type VolumeSources } from './pod-volumes.js';

const NO_DNS = { servers: [], searches: [], options: [] } as const;

export class SimulatedVolumes implements PodVolumes {
  readonly #files = new Map<string, Map<string, string>>();

  async prepare(pod: Pod, sources: VolumeSources): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.configMap || volume.secret) await this.#check(pod, volume, sources);
      paths.set(volume.name, `/simulated/${pod.metadata.uid}/${volume.name}`);
    }
    return paths;
  }

  async refresh(): Promise<number | undefined> {
    return undefined;
  }

  async subPath(pod: Pod, volumeName: string, subPath: string): Promise<string> {
    if (subPath.split('/').includes('..')) throw new VolumeError(`subPath "${subPath}" must not contain '..'`);
    return `/simulated/${pod.metadata.uid}/${volumeName}/${subPath}`;
  }

  /** Keeps nothing but what tests may read back: termination messages stay empty. */
  async writeFile(podUid: string, name: string, content: string): Promise<string> {
    if (content !== '' && !name.startsWith('etc-hosts') && !name.startsWith('resolv')) {
      const files = this.#files.get(podUid) ?? new Map<string, string>();
      this.#files.set(podUid, files.set(name, content));
    }
    return `/simulated/${podUid}/${name}`;
  }

  async readFile(podUid: string, name: string, bytesMax: number): Promise<string> {
    return (this.#files.get(podUid)?.get(name) ?? '').slice(0, bytesMax);
  }

  async remove(podUid: string): Promise<void> {
    this.#files.delete(podUid);
  }

  async list(): Promise<readonly string[]> {
    return [...this.#files.keys()];
  }

  async hostDns(): Promise<typeof NO_DNS> {
    return NO_DNS;
  }

  async #check(pod: Pod, volume: NonNullable<Pod['spec']['volumes']>[number], sources: VolumeSources): Promise<void> {
    const namespace = pod.metadata.namespace ?? '';
    const { configMap, secret } = volume;
    if (configMap && !configMap.optional && !(await sources.configMap(namespace, configMap.name ?? ''))) {
      throw new VolumeError(
        `MountVolume.SetUp failed for volume "${volume.name}" : configmap "${configMap.name}" not found`,
      );
    }
    if (secret && !secret.optional && !(await sources.secret(namespace, secret.secretName ?? ''))) {
      throw new VolumeError(
        `MountVolume.SetUp failed for volume "${volume.name}" : secret "${secret.secretName}" not found`,
      );
    }
  }
}
