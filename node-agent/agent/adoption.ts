/** What was on the machine before this agent: handed to the pods that want it; the rest is removed once a fresh answer has said that nobody does. */
import type { Logger } from '../../runtime/process/logger.js';
import type { ContainerRuntime, ContainerState, Sandbox } from '../containers/container-runtime.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';

export interface Found {
  readonly sandboxes: Sandbox[];
  readonly containers: ContainerState[];
  /** Something has happened to it since it was listed: it must be looked at again. */
  readonly isOld?: boolean;
}

const ORPHAN_GRACE_SECONDS = 30;

export class Adoption {
  #found = new Map<string, Found>();
  /** Pods whose events came while nobody looked after them. */
  readonly #missed = new Set<string>();
  #answered = false;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly volumes: PodVolumes,
    private readonly logger: Logger,
  ) {}

  /** Lists the machine. Throws RuntimeError `unavailable`. */
  async list(): Promise<ReadonlyMap<string, Found>> {
    const { sandboxes, containers } = await this.runtime.list();
    const found = new Map<string, Found>();
    for (const sandbox of sandboxes) this.#of(found, sandbox.pod.uid).sandboxes.push(sandbox);
    for (const container of containers) this.#of(found, container.pod.uid).containers.push(container);
    this.#found = new Map(found);
    return found;
  }

  /** Adds what a simulated machine has taken up again. */
  add(sandboxes: readonly Sandbox[], containers: readonly ContainerState[]): void {
    for (const sandbox of sandboxes) this.#of(this.#found, sandbox.pod.uid).sandboxes.push(sandbox);
    for (const container of containers) this.#of(this.#found, container.pod.uid).containers.push(container);
  }

  #of(found: Map<string, Found>, uid: string): Found {
    const known = found.get(uid) ?? { sandboxes: [], containers: [] };
    found.set(uid, known);
    return known;
  }

  /** What is there of a pod that begins now. Each is handed out once. */
  take(uid: string): Found | undefined {
    const found = this.#found.get(uid);
    this.#found.delete(uid);
    const isOld = this.#missed.delete(uid);
    return found && { ...found, isOld };
  }

  /** An event of a pod that has not begun: what was listed of it may be old by now. */
  missed(uid: string): void {
    if (!this.#answered || this.#found.has(uid)) this.#missed.add(uid);
  }

  /** The control plane has answered: absence now means that nobody wants it. */
  answered(): void {
    this.#answered = true;
  }

  /** Removes what no pod wants. Never rejects; what fails is found again by the next list. */
  async removeOrphans(isWanted: (uid: string) => boolean): Promise<void> {
    if (!this.#answered) return;
    const orphans = [...this.#found].filter(([uid]) => !isWanted(uid));
    for (const [uid] of orphans) this.#found.delete(uid);
    this.#missed.clear();
    try {
      await Promise.all(orphans.map(([uid, found]) => this.#remove(uid, found)));
      for (const uid of await this.volumes.list()) if (!isWanted(uid)) await this.volumes.remove(uid);
    } catch (error) {
      this.logger.warn({ error: (error as Error).message }, 'something that no pod wants could not be removed');
    }
  }

  async #remove(uid: string, { sandboxes, containers }: Found): Promise<void> {
    this.logger.info({ uid, containers: containers.length }, 'removing what no pod wants');
    await Promise.all(containers.map(({ id }) => this.runtime.stopContainer(id, ORPHAN_GRACE_SECONDS)));
    await Promise.all(containers.map(({ id }) => this.runtime.removeContainer(id)));
    for (const { id } of sandboxes) {
      await this.runtime.stopSandbox(id);
      await this.runtime.removeSandbox(id);
    }
    await this.volumes.remove(uid);
  }
}
