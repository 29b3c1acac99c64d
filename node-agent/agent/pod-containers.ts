/** The containers of one pod: how one is started, watched, told dead and stopped. What is to be done when is the pod actor's to say. */
import type { Container, Pod } from '../../schemas/meta/object.js';
import type { ContainerState } from '../containers/container-runtime.js';
import { type EarlierFindings, PodProbes } from '../probes/pod-probes.js';
import type { Chores } from './chores.js';
import { ContainerKiller } from './container-killer.js';
import { createContainer, type StartOrder, startContainer } from './container-starter.js';
import { goDuration } from './go-duration.js';
import { runHook } from './hooks.js';
import { containerNamed, type ContainerKind, graceSecondsOf, podText } from './pod-facts.js';
import { inSandbox } from './pod-observation.js';
import { PodRecord } from './pod-record.js';
import type { PodServices } from './pod-services.js';
import { RestartBackOff } from './restart-back-off.js';
import { StartError } from './start-error.js';
import { terminationMessage } from './termination-message.js';

/** The pod that they belong to. */
export interface ContainersHost {
  readonly pod: Pod;
  /** Nothing is to be started any more. */
  readonly ending: boolean;
  readonly closed: boolean;
  /** Monotonic: when everything must have stopped; undefined while the pod lives. */
  readonly deadlineMs: number | undefined;
  poke(): void;
}

export class PodContainers {
  readonly record: PodRecord;
  readonly backOff = new RestartBackOff();
  readonly #probes: PodProbes;
  readonly #killer: ContainerKiller;
  readonly #host: ContainersHost;
  readonly #chores: Chores;
  readonly #toldBackOff = new Map<string, number>();
  /** Starts that still wait for their image: the pod's end doesn't wait for them. */
  readonly #pulling = new Set<string>();
  readonly #hooks = new AbortController();

  constructor(
    private readonly services: PodServices,
    host: ContainersHost,
    chores: Chores,
  ) {
    this.#host = host;
    this.#chores = chores;
    this.#killer = new ContainerKiller(services);
    const { runtime, transport, slots, clock, random } = services;
    this.#probes = new PodProbes({
      runtime,
      transport,
      slots,
      clock,
      random,
      onUnhealthy: (name, message) => services.event(host.pod, 'Warning', 'Unhealthy', message, name),
      onChange: () => host.poke(),
      onDead: (name, id, type, grace) => this.unhealthy(name, id, type, grace),
    });
    this.record = new PodRecord(clock, this.#probes);
  }

  /** How many starts wait for an image. */
  get pulling(): number {
    return this.#pulling.size;
  }

  /** The pod begins to end: only readiness goes on, and hooks of starts are broken off. */
  terminate(): void {
    this.#probes.terminate();
    this.#hooks.abort(new Error('the pod is ending'));
  }

  /** The deadline has come nearer. */
  hurry(): void {
    this.#killer.hurry();
  }

  close(): void {
    this.#probes.stop();
  }

  get podIP(): string {
    const { pod } = this.#host;
    return (pod.spec.hostNetwork ? this.services.machine.hostIPs[0] : this.record.sandbox?.ips[0]) ?? '';
  }

  async start(container: Container, kind: ContainerKind, attempt: number): Promise<void> {
    const { name } = container;
    const sandbox = this.record.sandbox!;
    const known = this.record.containers.get(name);
    if (known?.exitedMs !== undefined) this.backOff.next(name, known.exitedMs, this.services.clock.monotonic());
    const { volumePaths } = this.record;
    const wanted = () => {
      this.#pulling.delete(name);
      return !this.#host.ending && !this.#host.closed;
    };
    const order: StartOrder = {
      pod: this.#host.pod,
      container,
      kind,
      attempt,
      sandbox,
      volumePaths,
      backOff: this.backOff,
      wanted,
    };
    this.#pulling.add(name);
    try {
      const id = await createContainer(this.services, order);
      if (id === undefined) return;
      if (this.#host.ending) return this.services.runtime.removeContainer(id);
      await this.#startCreated(order, id);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!this.#host.ending) this.#couldNotStart(container, error);
    } finally {
      this.#pulling.delete(name);
    }
  }

  async #startCreated(order: StartOrder, id: string): Promise<void> {
    const { name, lifecycle } = order.container;
    try {
      await startContainer(this.services, order, id);
    } catch (error) {
      await this.inspect(id, name, (error as Error).message);
      throw error;
    }
    await this.inspect(id, name);
    this.record.waiting.delete(name);
    this.#toldBackOff.delete(name);
    if (!lifecycle?.postStart) return;
    this.record.setStarting(name, true);
    this.#host.poke();
    try {
      await runHook(
        this.services,
        lifecycle.postStart,
        { container: order.container, id, podIP: this.podIP },
        undefined,
        this.#hooks.signal,
      );
      this.record.setStarting(name, false);
    } catch (error) {
      if (this.#host.ending) return;
      this.services.event(this.#host.pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', name);
      await this.kill(id, name, 'FailedPostStartHook');
      throw new StartError('PostStartHookError', (error as Error).message, undefined);
    }
  }

  #couldNotStart(container: Container, error: StartError): void {
    const { name } = container;
    this.record.waiting.set(name, { reason: error.reason, message: error.message });
    this.services.event(this.#host.pod, 'Warning', 'Failed', `Error: ${eventTextOf(error)}`, name);
    if (error.retryMs === undefined) return;
    const untilMs = this.services.clock.monotonic() + error.retryMs;
    this.#chores.hold(`container ${name}`, untilMs);
  }

  tellBackOff(name: string, { untilMs, delayMs }: { untilMs: number; delayMs: number }): void {
    this.#chores.wakeAt(untilMs);
    const text = podText(this.#host.pod);
    const message = `back-off ${goDuration(delayMs)} restarting failed container=${name} pod=${text}`;
    this.record.waiting.set(name, { reason: 'CrashLoopBackOff', message });
    if (this.#toldBackOff.get(name) === untilMs) return;
    this.#toldBackOff.set(name, untilMs);
    this.services.event(
      this.#host.pod,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${text}`,
      name,
    );
  }

  async kill(id: string, name: string, message: string, graceSeconds?: number): Promise<void> {
    const state = this.record.byId(id)?.current;
    if (state?.state !== 'running') return;
    const own = this.services.clock.monotonic() + (graceSeconds ?? graceSecondsOf(this.#host.pod)) * 1_000;
    const deadlineMs = () => Math.min(own, this.#host.deadlineMs ?? Number.POSITIVE_INFINITY);
    await this.#killer.kill(this.#host.pod, { state, message, deadlineMs, podIP: this.podIP });
    await this.inspect(id, name);
  }

  unhealthy(name: string, id: string, type: 'Liveness' | 'Startup', graceSeconds: number | undefined): void {
    if (this.#host.ending) return;
    const message = `Container ${name} failed ${type.toLowerCase()} probe, will be restarted`;
    this.#chores.run(`container ${name}`, () => this.kill(id, name, message, graceSeconds));
  }

  async inspect(id: string, name: string, startError?: string): Promise<void> {
    const { runtime } = this.services;
    const state = await runtime.container(id);
    if (!state) this.record.lose(name);
    else
      await this.#observe(
        startError && state.state === 'created' ? { ...state, error: state.error || startError } : state,
      );
    this.#host.poke();
  }

  async #observe(state: ContainerState): Promise<void> {
    const container = containerNamed(this.#host.pod, state.name);
    const ended = state.state === 'exited';
    const message =
      ended && container ? await terminationMessage(this.services, this.#host.pod, container, state) : undefined;
    const { stale, begun } = this.record.observe(state, message);
    if (stale) void this.services.runtime.removeContainer(stale).catch(() => undefined); // Left for the clean-up of the pod.
    if (ended) this.#probes.remove(state.name);
    if (begun && container && !this.#host.ending)
      this.#probes.add(this.#host.pod, container, state, this.podIP, this.#earlier(state));
  }

  /** Takes over what runs since before this agent. */
  adopt(containers: readonly ContainerState[]): void {
    for (const state of [...containers].sort((a, b) => a.attempt - b.attempt)) {
      const { stale } = this.record.observe(state);
      if (stale) void this.services.runtime.removeContainer(stale).catch(() => undefined); // Likewise.
    }
    for (const [name, { current }] of this.record.containers) {
      const container = containerNamed(this.#host.pod, name);
      if (current.state === 'exited') this.#chores.run(`inspect ${current.id}`, () => this.inspect(current.id, name));
      else if (
        current.state === 'running' &&
        container &&
        inSandbox(this.record.containers.get(name), this.record.sandbox)
      ) {
        this.#probes.add(this.#host.pod, container, current, this.podIP, this.#earlier(current));
      }
    }
  }

  /** What the API knew of a container that began before this agent did. */
  #earlier(state: ContainerState): EarlierFindings | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.#host.pod.status ?? {};
    const status = [...containerStatuses, ...initContainerStatuses].find(({ containerID }) =>
      containerID?.endsWith(state.id),
    );
    return status && { started: status.started ?? false, ready: status.ready };
  }

  async stop(state: ContainerState, seconds: number): Promise<void> {
    const latest = this.services.clock.monotonic() + seconds * 1_000;
    const deadlineMs = () => Math.max(Math.min(latest, this.#host.deadlineMs ?? latest), 0);
    const message = `Stopping container ${state.name}`;
    await this.#killer.kill(this.#host.pod, { state, message, deadlineMs, podIP: this.podIP });
    await this.inspect(state.id, state.name);
  }
}

/** The Failed event shows the reason of a pull's failure, and the words of any other. */
const eventTextOf = (error: StartError): string => (/Image/.test(error.reason) ? error.reason : error.message);
