/** Containers by a Docker Engine, through dockerode. What must survive the agent is in names and labels; this class keeps nothing that matters. */
import type Docker from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import type { BusStream } from '../../bus/stream.js';
import type { Clock } from '../../runtime/process/clock.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { LogOptions } from '../../schemas/messages/node-link.js';
import type {
  ContainerRuntime,
  ContainerSpec,
  ContainerState,
  RegistryAuth,
  RuntimeEvent,
  RuntimeInfo,
  Sandbox,
  SandboxSpec,
} from './container-runtime.js';
import { DockerContainers } from './docker/containers.js';
import { Engine, type DockerOptions } from './docker/engine.js';
import { DockerEvents } from './docker/events.js';
import { DockerExec } from './docker/exec.js';
import { type DockerInfo, runtimeInfo } from './docker/host-info.js';
import { labels, type Owner, ownerFilter } from './docker/identity.js';
import { DockerImages } from './docker/images.js';
import { DockerLogs } from './docker/logs.js';
import { removeNetworks } from './docker/network.js';
import { dialSandbox, forward } from './docker/port-forward.js';
import { DockerSandboxes } from './docker/sandboxes.js';
import { Stopper } from './docker/stopper.js';

export interface DockerRuntimeOptions {
  /** A dockerode instance, or what makes one; without it DOCKER_HOST and the usual sockets are tried. */
  readonly docker?: Docker | DockerOptions;
  readonly nodeName: string;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The Docker network of pods; made (and removed by `removeNetworks`) unless it is Docker's default `bridge`. */
  readonly network?: string;
}

export class DockerRuntime implements ContainerRuntime {
  private readonly engine: Engine;
  private readonly owner: Owner;
  private readonly sandboxes: DockerSandboxes;
  private readonly containers: DockerContainers;
  private readonly images: DockerImages;
  private readonly execs: DockerExec;
  private readonly stopper: Stopper;
  private readonly watches = new Set<DockerEvents>();
  /** Exited containers never change, so a repeated list need not ask for them again. */
  private exited = new Map<string, ContainerState>();

  constructor(private readonly options: DockerRuntimeOptions) {
    const { clock, nodeName, clusterId } = options;
    this.engine = new Engine(options.docker, clock);
    this.owner = { nodeName, clusterId };
    this.sandboxes = new DockerSandboxes(this.engine, this.owner, options.network);
    this.containers = new DockerContainers(this.engine, this.owner, this.sandboxes);
    this.images = new DockerImages(this.engine, clock);
    this.execs = new DockerExec(this.engine, clock);
    this.stopper = new Stopper(this.engine, clock);
  }

  async info(): Promise<RuntimeInfo> {
    this.sandboxes.prepare().catch(() => {}); // What pods need is made before the first one; what fails is said by that.
    return runtimeInfo((await this.engine.call((docker) => docker.info())) as DockerInfo);
  }

  async list(): Promise<{ sandboxes: readonly Sandbox[]; containers: readonly ContainerState[] }> {
    const filters = { label: ownerFilter(this.owner) };
    const found = await this.engine.call((docker) => docker.listContainers({ all: true, filters }));
    const isSandbox = ({ Labels }: ContainerInfo) => Labels[labels.type] === 'sandbox';
    const sandboxes = await Promise.all(found.filter(isSandbox).map(({ Id }) => this.sandboxes.find(Id)));
    const rest = found.filter((container) => !isSandbox(container));
    const containers = await Promise.all(rest.map(async ({ Id }) => this.exited.get(Id) ?? this.containers.find(Id)));
    const present = containers.filter((container) => container !== undefined);
    this.exited = new Map(
      present.filter(({ state }) => state === 'exited').map((container) => [container.id, container]),
    );
    return { sandboxes: sandboxes.filter((sandbox) => sandbox !== undefined), containers: present };
  }

  createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    return this.sandboxes.create(spec);
  }

  sandbox(id: string): Promise<Sandbox | undefined> {
    return this.sandboxes.find(id);
  }

  stopSandbox(id: string): Promise<void> {
    return this.sandboxes.stop(id);
  }

  removeSandbox(id: string): Promise<void> {
    return this.sandboxes.remove(id);
  }

  createContainer(sandboxId: string, spec: ContainerSpec): Promise<string> {
    return this.containers.create(sandboxId, spec);
  }

  startContainer(id: string): Promise<void> {
    return this.containers.start(id);
  }

  container(id: string): Promise<ContainerState | undefined> {
    return this.containers.find(id);
  }

  stopContainer(id: string, graceSeconds: number): Promise<void> {
    return this.stopper.stop(id, graceSeconds);
  }

  removeContainer(id: string): Promise<void> {
    return this.containers.remove(id);
  }

  image(reference: string) {
    return this.images.find(reference);
  }

  pullImage(reference: string, auth: RegistryAuth | undefined, onProgress?: (text: string) => void) {
    return this.images.pull(reference, auth, onProgress);
  }

  listImages() {
    return this.images.list();
  }

  execSync(id: string, command: readonly string[], timeoutMs: number) {
    return this.execs.runSync(id, command, timeoutMs);
  }

  exec(id: string, options: Parameters<ContainerRuntime['exec']>[1], stream: BusStream): Promise<number> {
    return this.execs.run(id, options, stream);
  }

  attach(id: string, options: Parameters<ContainerRuntime['attach']>[1], stream: BusStream): Promise<void> {
    return this.execs.attach(id, options, stream);
  }

  logs(id: string, options: LogOptions, stream: BusStream): Promise<void> {
    return new DockerLogs(this.engine, this.options.clock).write(id, options, stream);
  }

  async portForward(sandboxId: string, port: number, stream: BusStream): Promise<void> {
    const target = await this.sandboxes.target(sandboxId);
    await forward(await dialSandbox(target, port, this.options.clock), stream);
  }

  watch(onEvent: (event: RuntimeEvent) => void, resync: () => void): { close(): void } {
    const { clock, logger } = this.options;
    const events = new DockerEvents(this.engine, this.owner, clock, logger, onEvent, resync);
    this.watches.add(events);
    return {
      close: () => {
        events.close();
        this.watches.delete(events);
      },
    };
  }

  /** For `down`: removes every sandbox, container and network of this node. Repeatable. */
  async removeAll(): Promise<void> {
    const filters = { label: ownerFilter(this.owner) };
    const found = await this.engine.call((docker) => docker.listContainers({ all: true, filters }));
    const isSandbox = ({ Labels }: ContainerInfo) => Labels[labels.type] === 'sandbox';
    await Promise.all(found.filter((it) => !isSandbox(it)).map(({ Id }) => this.containers.remove(Id)));
    await Promise.all(found.filter(isSandbox).map(({ Id }) => this.sandboxes.remove(Id)));
    await removeNetworks(this.engine, this.owner);
  }

  /** Containers go on; only the watching ends. */
  async close(): Promise<void> {
    for (const events of this.watches) events.close();
    this.watches.clear();
  }
}
