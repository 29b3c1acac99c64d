/**
 * Pods' volumes and files in directories of this machine: `<root>/<pod uid>/{volumes,files,subpaths}/<name>`. Needs root for tmpfs, fsGroup and safe subPaths; without it
 * those are refused, and the rest works.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../runtime/process/clock.js';
import type { Pod, Volume } from '../../schemas/meta/object.js';
import { valueOf } from '../../schemas/meta/quantity.js';
import { writeAtomically } from './atomic-writer.js';
import type { NodeAllocatable } from './downward-api.js';
import { applyFsGroup } from './fs-group.js';
import { prepareHostPath } from './host-path.js';
import { isMounted, mountBind, mountTmpfs, unmount, unmountBelow } from './mounts.js';
import { type PodVolumes, VolumeError, type VolumeSources } from './pod-volumes.js';
import { isOnlyLoopback, parseResolvConf, reachable } from './resolv-conf.js';
import { openSubPath } from './sub-path.js';
import { TokenCache } from './token-cache.js';
import { contentOf, hasContent } from './volume-content.js';

export interface DiskVolumesOptions {
  /** The directory that holds all pods' directories; made where it is absent. */
  readonly root: string;
  readonly clock: Clock;
  /** For resourceFieldRef of limits that are not set. */
  readonly allocatable: () => NodeAllocatable;
}

const RESOLVED_CONF = '/run/systemd/resolve/resolv.conf';
const EMPTY_DIR_MODE = 0o777;

function timestampOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, '_');
}

const messageOf = (error: unknown) => (error as Error).message;

export class DiskVolumes implements PodVolumes {
  private readonly root: string;
  private readonly tokens: TokenCache;

  constructor(private readonly options: DiskVolumesOptions) {
    this.root = resolve(options.root);
    this.tokens = new TokenCache(options.clock);
  }

  async prepare(pod: Pod, sources: VolumeSources): Promise<ReadonlyMap<string, string>> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const paths = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      try {
        paths.set(volume.name, await this.prepareOne(pod, volume, sources));
      } catch (error) {
        throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`);
      }
    }
    return paths;
  }

  async refresh(pod: Pod, sources: VolumeSources): Promise<number | undefined> {
    for (const volume of pod.spec.volumes ?? []) {
      if (!hasContent(volume)) continue;
      try {
        await this.writeContent(pod, volume, sources);
      } catch (error) {
        throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`);
      }
    }
    return this.tokens.renewalOf(pod.metadata.uid);
  }

  async subPath(pod: Pod, volumeName: string, subPath: string): Promise<string> {
    const volume = pod.spec.volumes?.find(({ name }) => name === volumeName);
    if (!volume) throw new VolumeError(`pod has no volume "${volumeName}"`);
    const path = volume.hostPath?.path ?? this.volumePath(pod.metadata.uid, volumeName);
    const opened = await openSubPath(path, subPath);
    try {
      const digest = createHash('sha256').update(subPath).digest('hex').slice(0, 16);
      const target = join(this.podPath(pod.metadata.uid), 'subpaths', volumeName, digest);
      await this.bind(opened, target);
      return target;
    } finally {
      await opened.close();
    }
  }

  async writeFile(podUid: string, name: string, content: string, mode: number): Promise<string> {
    const path = this.filePath(podUid, name);
    await mkdir(join(this.podPath(podUid), 'files'), { recursive: true, mode: 0o700 });
    await writeFile(path, content); // In place, since containers have this very file mounted.
    await chmod(path, mode);
    return path;
  }

  /** The last `bytesMax` bytes, as kubelet reads termination messages; empty where there is no file. */
  async readFile(podUid: string, name: string, bytesMax: number): Promise<string> {
    const file = await open(this.filePath(podUid, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return '';
    try {
      const { size } = await file.stat();
      const length = Math.min(size, bytesMax);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(podUid: string): Promise<void> {
    const path = this.podPath(podUid);
    this.tokens.forget(podUid);
    await unmountBelow(path).catch((error: unknown) => {
      throw new VolumeError(messageOf(error));
    });
    await rm(path, { recursive: true, force: true });
  }

  async list(): Promise<readonly string[]> {
    return readdir(this.root).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }

  async hostDns() {
    const own = parseResolvConf(await readFile('/etc/resolv.conf', 'utf8').catch(() => ''));
    if (!isOnlyLoopback(own)) return reachable(own);
    const behind = await readFile(RESOLVED_CONF, 'utf8').catch(() => undefined);
    return reachable(behind === undefined ? own : parseResolvConf(behind));
  }

  private podPath(podUid: string): string {
    if (!/^[\w-][\w.-]*$/.test(podUid)) throw new VolumeError(`"${podUid}" is no pod uid`);
    return join(this.root, podUid);
  }

  private volumePath(podUid: string, name: string): string {
    return join(this.podPath(podUid), 'volumes', name);
  }

  private filePath(podUid: string, name: string): string {
    if (!/^[\w-][\w.-]*$/.test(name)) throw new VolumeError(`"${name}" is no file name`);
    return join(this.podPath(podUid), 'files', name);
  }

  private async prepareOne(pod: Pod, volume: Volume, sources: VolumeSources): Promise<string> {
    if (volume.hostPath) return prepareHostPath(volume.hostPath);
    const path = this.volumePath(pod.metadata.uid, volume.name);
    if (volume.emptyDir) await this.makeEmptyDir(pod, volume.emptyDir, path);
    else if (hasContent(volume)) await this.writeContent(pod, volume, sources);
    else throw new VolumeError(`volumes of type ${typeOf(volume)} are not supported by this node`);
    return path;
  }

  /** Once: a pod whose containers restart keeps what is in it. */
  private async makeEmptyDir(
    pod: Pod,
    { medium, sizeLimit }: NonNullable<Volume['emptyDir']>,
    path: string,
  ): Promise<void> {
    if (medium && medium !== 'Memory') throw new VolumeError(`unknown storage medium "${medium}"`);
    const isNew = (await mkdir(path, { recursive: true, mode: 0o755 })) !== undefined;
    const isTmpfs = medium === 'Memory';
    const mustMount = isTmpfs && !(await isMounted(path));
    if (mustMount) await mountTmpfs(path, sizeLimit ? valueOf(sizeLimit) : undefined);
    if (isNew || mustMount) await chmod(path, EMPTY_DIR_MODE); // mkdir's mode is cut by the umask.
    const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
    if (fsGroup === undefined) return;
    await applyFsGroup(path, {
      gid: fsGroup,
      readOnly: false,
      onRootMismatch: fsGroupChangePolicy === 'OnRootMismatch',
    });
  }

  private async writeContent(pod: Pod, volume: Volume, sources: VolumeSources): Promise<void> {
    const { uid } = pod.metadata;
    const token = (path: string, audience: string, seconds: number) =>
      this.tokens.token(`${uid}/${volume.name}/${path}`, audience, seconds, sources);
    const content = await contentOf(volume, { pod, sources, tokens: { token }, node: this.options.allocatable() });
    const path = this.volumePath(uid, volume.name);
    await mkdir(path, { recursive: true, mode: 0o755 });
    await chmod(path, EMPTY_DIR_MODE);
    const gid = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, content, timestampOf(this.options.clock.now()), async (directory) => {
      if (gid !== undefined) await applyFsGroup(directory, { gid, readOnly: true });
    });
  }

  /** Binds what is open, unless the same is bound there already. */
  private async bind(
    opened: { readonly fd: number; stat(): Promise<{ dev: number; ino: number; isDirectory(): boolean }> },
    target: string,
  ) {
    const wanted = await opened.stat();
    const mounted = await isMounted(target);
    if (mounted) {
      const present = await stat(target);
      if (present.dev === wanted.dev && present.ino === wanted.ino) return;
      await unmount(target);
      if (await isMounted(target)) throw new VolumeError(`cannot unmount ${target}`);
    }
    await rm(target, { recursive: true, force: true });
    await mkdir(wanted.isDirectory() ? target : join(target, '..'), { recursive: true });
    if (!wanted.isDirectory()) await writeFile(target, '');
    await mountBind(`/proc/${process.pid}/fd/${opened.fd}`, target).catch((error: unknown) => {
      throw new VolumeError(`cannot bind a subPath: ${messageOf(error)}`);
    });
  }
}

function typeOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'none';
}
