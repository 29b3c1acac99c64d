/** The port to a machine's directories for pods: DiskVolumes on Linux, SimulatedVolumes elsewhere. All methods are repeatable. */
import type { ConfigMap, Pod, Secret } from '../../schemas/meta/object.js';

/** What volumes of a pod need from the API, fetched by the agent. */
export interface VolumeSources {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  token(audience: string, expirationSeconds: number): Promise<{ token: string; expiresAtMs: number }>;
}

/** Thrown by `prepare`: the pod stays ContainerCreating with a FailedMount event of this message. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}

export interface PodVolumes {
  /** Makes all volumes of the pod; answers volume name → path on the host. */
  prepare(pod: Pod, sources: VolumeSources): Promise<ReadonlyMap<string, string>>;
  /** Rewrites configMap, secret, projected and downwardAPI volumes whose content changed (atomically: `..data`). Returns when tokens need the next refresh, ms from now. */
  refresh(pod: Pod, sources: VolumeSources): Promise<number | undefined>;
  /** The path to bind for a subPath of a volume, opened safely; created where absent. Throws VolumeError. */
  subPath(pod: Pod, volumeName: string, subPath: string): Promise<string>;
  /** A file of the pod's own (etc-hosts, resolv.conf, termination log of a container): its host path after the content is written. `mode` octal. */
  writeFile(podUid: string, name: string, content: string, mode: number): Promise<string>;
  readFile(podUid: string, name: string, bytesMax: number): Promise<string>;
  /** Unmounts and deletes everything of the pod. */
  remove(podUid: string): Promise<void>;
  /** Uids that have something on disk. */
  list(): Promise<readonly string[]>;
  /** The machine's own resolv.conf content, safe to use in pods (no 127.0.0.53). */
  hostDns(): Promise<{ servers: readonly string[]; searches: readonly string[]; options: readonly string[] }>;
}
