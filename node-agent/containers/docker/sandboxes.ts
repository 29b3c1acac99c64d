/** Sandboxes: one waiting container per pod that holds its network, IPC and (if asked) process namespace. */
import type { ContainerInspectInfo } from 'dockerode';
import { RuntimeError, type Sandbox, type SandboxSpec } from '../container-runtime.js';
import type { SandboxNamespaces } from './container-options.js';
import { type Engine, messageOf } from './engine.js';
import { type Labels, labels, type Owner, podOf, sandboxNameOf } from './identity.js';
import { DEFAULT_NETWORK, ensureNetwork } from './network.js';
import { lowestOomScoreAdj } from './oom-score.js';
import { ensurePauseImage, PAUSE_IMAGE } from './pause-image.js';
import { removePodCgroup } from './pod-cgroup.js';
import { removeForcibly } from './remove.js';
import { sandboxOptions } from './sandbox-options.js';

const NAMESPACES_MAX = 2_000;

function sandboxOf(found: ContainerInspectInfo): Sandbox {
  const known: Labels = found.Config.Labels;
  const networks = Object.values(found.NetworkSettings.Networks);
  return {
    id: found.Id,
    pod: podOf(known),
    attempt: Number(known[labels.attempt] ?? 0),
    running: found.State.Running,
    ips: networks.flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address].filter(Boolean)),
    createdAtMs: Date.parse(found.Created),
  };
}

function namespacesOf(found: ContainerInspectInfo): SandboxNamespaces {
  const { NetworkMode, PidMode, IpcMode } = found.HostConfig;
  return {
    id: found.Id,
    hostNetwork: NetworkMode === 'host',
    hostPID: PidMode === 'host',
    hostIPC: IpcMode === 'host',
    sharedPid: found.Config.Labels[labels.sharedPid] === 'true',
  };
}

export class DockerSandboxes {
  private oomScoreMin: Promise<number> | undefined;
  private ready: Promise<void> | undefined;
  private readonly known = new Map<string, SandboxNamespaces>();

  constructor(
    private readonly engine: Engine,
    private readonly owner: Owner,
    private readonly network = DEFAULT_NETWORK,
  ) {}

  async create(spec: SandboxSpec): Promise<Sandbox> {
    await this.prepare();
    const id = await this.createOnce(spec);
    const before = id.existed ? await this.inspect(id.id) : undefined;
    // One that has run and ended stays ended: the agent asks for the next attempt.
    if (before && before.State.Status !== 'created') return this.noted(before);
    await this.start(id.id);
    const found = await this.inspect(id.id);
    if (!found) throw new RuntimeError('not-found', `sandbox ${id.id} is gone`);
    return this.noted(found);
  }

  async find(id: string): Promise<Sandbox | undefined> {
    const found = await this.inspect(id);
    return found && this.noted(found);
  }

  /** What a container of this sandbox joins. Throws `not-found`. */
  async namespaces(id: string): Promise<SandboxNamespaces> {
    const known = this.known.get(id);
    if (known) return known;
    const found = await this.inspect(id);
    if (!found) throw new RuntimeError('not-found', `sandbox ${id} is gone`);
    this.noted(found);
    return namespacesOf(found);
  }

  /** The sandbox's process on this machine and its addresses, for who connects into it. Throws `not-found`. */
  async target(id: string): Promise<{ pid: number; hostNetwork: boolean; ips: readonly string[] }> {
    const found = await this.inspect(id);
    if (!found?.State.Running) throw new RuntimeError('not-found', `sandbox ${id} is not running`);
    return { pid: found.State.Pid, hostNetwork: namespacesOf(found).hostNetwork, ips: sandboxOf(found).ips };
  }

  /** The waiting process has nothing to save, so it is killed at once. */
  async stop(id: string): Promise<void> {
    await this.engine
      .find((docker) => docker.getContainer(id).kill())
      .catch((error: unknown) => {
        if (!/is not running/.test(messageOf(error))) throw error;
      });
  }

  async remove(id: string): Promise<void> {
    const found = await this.inspect(id);
    await removeForcibly(this.engine, id);
    this.known.delete(id);
    await removePodCgroup(found?.HostConfig.CgroupParent);
  }

  /** The lowest oom_score_adj that Docker may give on this machine. */
  oomScoreAdjMin(): Promise<number> {
    this.oomScoreMin ??= lowestOomScoreAdj();
    return this.oomScoreMin;
  }

  private inspect(id: string): Promise<ContainerInspectInfo | undefined> {
    return this.engine.find((docker) => docker.getContainer(id).inspect());
  }

  private noted(found: ContainerInspectInfo): Sandbox {
    if (this.known.size >= NAMESPACES_MAX) this.known.clear();
    this.known.set(found.Id, namespacesOf(found));
    return sandboxOf(found);
  }

  private async createOnce(spec: SandboxSpec): Promise<{ id: string; existed: boolean }> {
    const oomScoreAdjMin = await this.oomScoreAdjMin();
    const options = sandboxOptions(spec, this.owner, { image: PAUSE_IMAGE, network: this.network, oomScoreAdjMin });
    try {
      const made = await this.engine.heavy((docker) => docker.createContainer(options));
      return { id: made.id, existed: false };
    } catch (error) {
      if ((error as RuntimeError).kind === 'not-found') this.ready = undefined; // The image was pruned: made again at the next try.
      const existing = await this.engine.find((docker) => docker.getContainer(sandboxNameOf(spec)).inspect());
      if (!existing) throw error;
      return { id: existing.Id, existed: true };
    }
  }

  private async start(id: string): Promise<void> {
    try {
      await this.engine.urgent((docker) => docker.getContainer(id).start(), 'start-failed');
    } catch (error) {
      // e.g. its host port is taken. What is left of it would be found by its name and never run.
      if ((error as RuntimeError).kind === 'start-failed') await this.remove(id).catch(() => {});
      throw error;
    }
  }

  /** Makes what all sandboxes need. Repeatable; throws RuntimeError. */
  prepare(): Promise<void> {
    this.ready ??= Promise.all([ensurePauseImage(this.engine), ensureNetwork(this.engine, this.network, this.owner)])
      .then(() => {})
      .catch((error: unknown) => {
        this.ready = undefined;
        throw error;
      });
    return this.ready;
  }
}
