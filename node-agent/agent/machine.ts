/** What is known of the machine: its runtime's facts, and the node status that was last sent. */
import type { Clock } from '../../runtime/process/clock.js';
import type { Node } from '../../schemas/meta/object.js';
import type { ContainerRuntime, RuntimeInfo } from '../containers/container-runtime.js';
import { agentLimits } from './agent-limits.js';
import { capacityOf, nodeObject, type NodeOptions, nodeStatus, sameStatus } from './node-status.js';
import type { MachineFacts } from './pod-services.js';

type NodeStatus = NonNullable<Node['status']>;

/** The kubelet's words for a runtime that doesn't answer. */
export const RUNTIME_DOWN = 'container runtime is down';

/** The first status follows the first answer at once: an engine takes long to count what it has. */
const ANSWER_FRESH_MS = 1_000;

const readiness = (status: NodeStatus | undefined) => status?.conditions?.find(({ type }) => type === 'Ready')?.status;

export class Machine implements MachineFacts {
  #info: RuntimeInfo | undefined;
  #connected = false;
  #down: string | undefined = RUNTIME_DOWN;
  #askedMs = Number.NEGATIVE_INFINITY;
  #sent: NodeStatus | undefined;
  #sentMs = 0;
  #unsent = false;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly options: NodeOptions,
    private readonly clock: Clock,
  ) {}

  get runtimeName(): string {
    return this.#info?.name ?? 'unknown';
  }

  get hostIPs(): readonly string[] {
    const addresses = this.options.addresses ?? [];
    return addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
  }

  get memoryBytes(): number {
    return this.#info?.memoryBytes ?? 0;
  }

  get cgroupDriver(): RuntimeInfo['cgroupDriver'] {
    return this.#info?.cgroupDriver ?? 'none';
  }

  get allocatable(): Record<string, string> {
    return capacityOf(this.#info, this.options);
  }

  /** The runtime has been listed: pods may begin. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Asks the runtime who it is. Throws RuntimeError. */
  async ask(): Promise<void> {
    this.#info = await this.runtime.info();
    this.#askedMs = this.clock.monotonic();
  }

  setConnected(): void {
    this.#connected = true;
    this.#down = undefined;
    this.#unsent = true;
  }

  setDown(): void {
    this.#down = RUNTIME_DOWN;
  }

  /** As it is now; asks the runtime, and says so where that doesn't answer. */
  async status(): Promise<NodeStatus> {
    let images: Awaited<ReturnType<ContainerRuntime['listImages']>> = [];
    try {
      if (this.clock.monotonic() - this.#askedMs > ANSWER_FRESH_MS) await this.ask();
      images = await this.runtime.listImages();
      if (this.#connected) this.#down = undefined;
    } catch {
      this.#down = RUNTIME_DOWN;
    }
    return nodeStatus(this.#info, this.options, this.#down, images, this.#sent, this.clock.now());
  }

  object(name: string, status: NodeStatus): Node {
    return nodeObject(name, this.#info, this.options, status);
  }

  /** Has the control plane to be told of this status? */
  isDue(status: NodeStatus): boolean {
    const old = this.clock.monotonic() - this.#sentMs >= agentLimits.nodeStatusMs;
    return old || this.#unsent || !sameStatus(this.#sent, status);
  }

  /** The control plane knows the status; answers what to say of it in an Event. */
  sent(status: NodeStatus): readonly (readonly [reason: string, what: 'start' | 'readiness'])[] {
    const first = this.#sent === undefined;
    const changed = readiness(status) !== readiness(this.#sent);
    this.#sent = status;
    this.#unsent = false;
    this.#sentMs = this.clock.monotonic();
    const ready = readiness(status) === 'True' ? 'NodeReady' : 'NodeNotReady';
    return [...(first ? [['Starting', 'start'] as const] : []), ...(changed ? [[ready, 'readiness'] as const] : [])];
  }

  /** Whatever was sent last may not have arrived. */
  setUnsent(): void {
    this.#unsent = true;
  }
}
