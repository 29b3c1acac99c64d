/**
 * A ContainerRuntime without containers: pods walk through their life on the port clock. It is the machine, so it outlives the agent that uses it.
 * With delays of 0 nothing waits for a timer, so that thousands of pods start in one turn.
 */
import type { BusStream } from '../../bus/stream.js';
import type { Clock, Timer } from '../../runtime/process/clock.js';
import { sleep } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import { type LogOptions, streamChannel } from '../../schemas/messages/node-link.js';
import {
  type ContainerRuntime,
  type ContainerSpec,
  type ContainerState,
  type ImageInfo,
  RuntimeError,
  type RuntimeEvent,
  type RuntimeInfo,
  type Sandbox,
  type SandboxSpec,
} from './container-runtime.js';
import { behaviourOf, type SimulatedBehaviour, simulatedExec } from './simulated-container.js';
import type { Pod } from '../../schemas/meta/object.js';
import { resumedPod } from './simulated-resume.js';
import { simulatedLog } from './simulated-logs.js';
import { answerHttp } from './simulated-port.js';
import { SimulatedNetwork } from './simulated-network.js';

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network?: SimulatedNetwork;
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly sandboxDelayMs?: number;
  readonly startDelayMs?: number;
  readonly stopDelayMs?: number;
  /** How long an init container runs. */
  readonly initMs?: number;
}

interface SimulatedSandbox {
  spec: SandboxSpec;
  state: Sandbox;
  readonly containers: Set<string>;
}

interface SimulatedContainer {
  readonly spec: ContainerSpec;
  readonly behaviour: SimulatedBehaviour;
  readonly sandboxId: string;
  state: ContainerState;
  timer?: Timer;
  readonly ends: (() => void)[];
}

export class SimulatedRuntime implements ContainerRuntime {
  readonly #sandboxes = new Map<string, SimulatedSandbox>();
  readonly #containers = new Map<string, SimulatedContainer>();
  readonly #byIdentity = new Map<string, string>();
  readonly #watchers = new Set<(event: RuntimeEvent) => void>();
  readonly #network: SimulatedNetwork;
  readonly #machineId: string;
  #serial = 0;
  #down = false;

  constructor(private readonly options: SimulatedRuntimeOptions) {
    this.#machineId = Buffer.from(options.random.bytes(28)).toString('hex');
    this.#network = options.network ?? new SimulatedNetwork();
  }

  async info(): Promise<RuntimeInfo> {
    this.#reachable();
    return {
      name: 'simulated',
      version: '1.0.0',
      operatingSystem: 'linux',
      osImage: 'Simulated',
      kernelVersion: '6.1.0',
      architecture: 'amd64',
      cpuCores: this.options.cpuCores ?? 32,
      memoryBytes: this.options.memoryBytes ?? 256 * 1024 ** 3,
      cgroupDriver: 'none',
      cgroupVersion: 2,
    };
  }

  async list(): Promise<{ sandboxes: readonly Sandbox[]; containers: readonly ContainerState[] }> {
    this.#reachable();
    return {
      sandboxes: [...this.#sandboxes.values()].map((sandbox) => sandbox.state),
      containers: [...this.#containers.values()].map((container) => container.state),
    };
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    this.#reachable();
    const identity = `sandbox/${spec.pod.uid}/${spec.attempt}`;
    const known = this.#sandboxes.get(this.#byIdentity.get(identity) ?? '');
    if (known) return known.state;
    if (this.options.sandboxDelayMs) await sleep(this.options.clock, this.options.sandboxDelayMs);
    const made = this.#sandboxes.get(this.#byIdentity.get(identity) ?? '');
    if (made) return made.state; // An agent that died while it asked, and the one after it, ask for the same.
    const id = this.#newId();
    const ips = spec.hostNetwork ? [] : [this.#network.take({ healthy: () => this.#healthy(id) })];
    const state: Sandbox = {
      id,
      pod: spec.pod,
      attempt: spec.attempt,
      running: true,
      ips,
      createdAtMs: this.options.clock.now(),
    };
    this.#sandboxes.set(id, { spec, state, containers: new Set() });
    this.#byIdentity.set(identity, id);
    return state;
  }

  async sandbox(id: string): Promise<Sandbox | undefined> {
    this.#reachable();
    return this.#sandboxes.get(id)?.state;
  }

  async stopSandbox(id: string): Promise<void> {
    this.#reachable();
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox?.state.running) return;
    for (const containerId of sandbox.containers) this.#exit(containerId, 137, 9);
    for (const ip of sandbox.state.ips) this.#network.release(ip);
    sandbox.state = { ...sandbox.state, running: false };
  }

  async removeSandbox(id: string): Promise<void> {
    this.#reachable();
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) return;
    await this.stopSandbox(id);
    for (const containerId of sandbox.containers) this.#remove(containerId);
    this.#sandboxes.delete(id);
    this.#byIdentity.delete(`sandbox/${sandbox.spec.pod.uid}/${sandbox.spec.attempt}`);
  }

  async createContainer(sandboxId: string, spec: ContainerSpec): Promise<string> {
    this.#reachable();
    const identity = identityOf(spec);
    const known = this.#byIdentity.get(identity);
    if (known !== undefined && this.#containers.has(known)) return known;
    const sandbox = this.#sandboxes.get(sandboxId);
    if (!sandbox) throw new RuntimeError('not-found', `sandbox ${sandboxId} not found`);
    const id = this.#newId();
    this.#containers.set(id, {
      spec,
      sandboxId,
      behaviour: behaviourOf(spec, this.options.initMs ?? 0),
      ends: [],
      state: {
        id,
        pod: spec.pod,
        name: spec.name,
        kind: spec.kind,
        attempt: spec.attempt,
        state: 'created',
        createdAtMs: this.options.clock.now(),
        image: spec.image,
        imageId: spec.image,
        labels: spec.labels,
      },
    });
    sandbox.containers.add(id);
    this.#byIdentity.set(identity, id);
    return id;
  }

  async startContainer(id: string): Promise<void> {
    this.#reachable();
    const container = this.#container(id);
    if (container.state.state !== 'created') return;
    const delayMs = container.behaviour.startDelayMs ?? this.options.startDelayMs ?? 0;
    if (delayMs > 0) await sleep(this.options.clock, delayMs);
    if (container.behaviour.startError !== undefined) {
      container.state = { ...container.state, error: container.behaviour.startError };
      throw new RuntimeError('start-failed', container.behaviour.startError);
    }
    if (container.state.state !== 'created' || this.#containers.get(id) !== container) return;
    container.state = { ...container.state, state: 'running', startedAtMs: this.options.clock.now() };
    this.#emit('started', container.state);
    const { exitAfterMs, exitCode } = container.behaviour;
    if (exitAfterMs !== undefined)
      container.timer = this.options.clock.after(exitAfterMs, () => this.#exit(id, exitCode));
  }

  async container(id: string): Promise<ContainerState | undefined> {
    this.#reachable();
    return this.#containers.get(id)?.state;
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    this.#reachable();
    const container = this.#containers.get(id);
    if (container?.state.state !== 'running') return;
    const wantedMs = container.behaviour.stopDelayMs ?? this.options.stopDelayMs ?? 0;
    const killed = wantedMs > graceSeconds * 1_000;
    if (wantedMs === 0) return this.#exit(id, 0);
    const ended = new Promise<void>((resolve) => container.ends.push(resolve));
    const delayMs = Math.min(wantedMs, graceSeconds * 1_000);
    this.options.clock.after(delayMs, () => (killed ? this.#exit(id, 137, 9) : this.#exit(id, 0)));
    await ended;
  }

  async removeContainer(id: string): Promise<void> {
    this.#reachable();
    this.#exit(id, 137, 9);
    this.#remove(id);
  }

  /** Every image is here, unless its name begins with `missing` (after the last slash). */
  async image(reference: string): Promise<ImageInfo | undefined> {
    this.#reachable();
    if (isMissing(reference)) return undefined;
    return {
      id: reference,
      repoDigests: [],
      sizeBytes: 4_000_000,
      user: '',
      env: [],
      workingDir: '/',
      entrypoint: [],
      command: [],
    };
  }

  async pullImage(reference: string): Promise<ImageInfo> {
    const image = await this.image(reference);
    if (image) return image;
    throw new RuntimeError(
      'image-not-found',
      `manifest for ${reference} not found: manifest unknown: manifest unknown`,
    );
  }

  async listImages(): Promise<readonly { names: readonly string[]; sizeBytes: number }[]> {
    return [{ names: ['simulated:latest'], sizeBytes: 4_000_000 }];
  }

  async execSync(id: string, command: readonly string[]): Promise<{ exitCode: number; output: string }> {
    this.#reachable();
    const container = this.#running(id);
    return simulatedExec(container.spec, container.behaviour.neverReady, command);
  }

  async exec(id: string, options: { command: readonly string[] }, stream: BusStream): Promise<number> {
    const { exitCode, output } = simulatedExec(this.#running(id).spec, false, options.command);
    if (output) await stream.write(streamChannel.stdout, Buffer.from(output));
    return exitCode;
  }

  async attach(id: string, _options: object, stream: BusStream): Promise<void> {
    const container = this.#running(id);
    await stream.write(streamChannel.stdout, simulatedLog(container.state, NEWEST_LINE, this.options.clock.now()));
    await Promise.race([stream.closed, this.#endOf(container)]);
  }

  async logs(id: string, options: LogOptions, stream: BusStream): Promise<void> {
    this.#reachable();
    const container = this.#container(id);
    const bytes = simulatedLog(container.state, options, this.options.clock.now());
    if (bytes.length > 0) await stream.write(streamChannel.data, bytes);
    if (options.follow && container.state.state === 'running')
      await Promise.race([stream.closed, this.#endOf(container)]);
  }

  /** Answers every request with one line of HTTP. */
  async portForward(sandboxId: string, port: number, stream: BusStream): Promise<void> {
    const sandbox = this.#sandboxes.get(sandboxId);
    if (!sandbox) throw new RuntimeError('not-found', `sandbox ${sandboxId} not found`);
    await answerHttp(sandbox.spec.pod.name, port, stream);
  }

  watch(onEvent: (event: RuntimeEvent) => void): { close(): void } {
    this.#watchers.add(onEvent);
    return { close: () => this.#watchers.delete(onEvent) };
  }

  async close(): Promise<void> {
    this.#watchers.clear();
  }

  /**
   * Simulated containers live in this process: after its restart those that the control plane knows to run are made again, with their ids, addresses and
   * start times, as a machine would have kept them. Does nothing for pods that are here.
   */
  resume(pods: readonly Pod[]): {
    readonly sandboxes: readonly Sandbox[];
    readonly containers: readonly ContainerState[];
  } {
    const sandboxes: Sandbox[] = [];
    const containers: ContainerState[] = [];
    for (const pod of pods) {
      const resumed = resumedPod(pod, this.options.clock.now());
      const identity = `sandbox/${pod.metadata.uid}/0`;
      if (!resumed || this.#byIdentity.has(identity)) continue;
      const { spec, containers: own } = resumed;
      const sandboxId = this.#newId();
      const ips = resumed.ips.filter((ip) => this.#network.claim(ip, { healthy: () => this.#healthy(sandboxId) }));
      const state: Sandbox = {
        id: sandboxId,
        pod: spec.pod,
        attempt: 0,
        running: true,
        ips,
        createdAtMs: resumed.createdAtMs,
      };
      this.#sandboxes.set(sandboxId, { spec, state, containers: new Set(own.map((container) => container.state.id)) });
      this.#byIdentity.set(identity, sandboxId);
      for (const container of own) this.#resumeContainer(sandboxId, container.spec, container.state);
      sandboxes.push(state);
      containers.push(...own.map((container) => container.state));
    }
    return { sandboxes, containers };
  }

  #resumeContainer(sandboxId: string, spec: ContainerSpec, state: ContainerState): void {
    const behaviour = behaviourOf(spec, this.options.initMs ?? 0);
    const container: SimulatedContainer = { spec, behaviour, sandboxId, state, ends: [] };
    this.#containers.set(state.id, container);
    this.#byIdentity.set(identityOf(spec), state.id);
    if (state.state !== 'running' || behaviour.exitAfterMs === undefined) return;
    const leftMs = (state.startedAtMs ?? 0) + behaviour.exitAfterMs - this.options.clock.now();
    container.timer = this.options.clock.after(Math.max(0, leftMs), () => this.#exit(state.id, behaviour.exitCode));
  }

  // What tests and the chaos of the simulation do to the machine.

  /** While down every call is refused as `unavailable`; containers run on. */
  setDown(down: boolean): void {
    this.#down = down;
  }

  /** Ends a running container from outside, as `docker kill` would. */
  crash(id: string, exitCode = 137, oomKilled = false): void {
    this.#exit(id, exitCode, exitCode > 128 ? exitCode - 128 : undefined, oomKilled);
  }

  /** Ends a sandbox from outside. */
  crashSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox?.state.running) return;
    sandbox.state = { ...sandbox.state, running: false };
    for (const watcher of this.#watchers) watcher({ kind: 'sandbox-exited', id, pod: sandbox.spec.pod });
  }

  /** The machine went down and up again: nothing runs any more, what was created is still there. */
  reboot(): void {
    for (const id of this.#containers.keys()) this.#exit(id, 255);
    for (const sandbox of this.#sandboxes.values()) sandbox.state = { ...sandbox.state, running: false };
  }

  #reachable(): void {
    if (this.#down) throw new RuntimeError('unavailable', 'container runtime is down');
  }

  #container(id: string): SimulatedContainer {
    const container = this.#containers.get(id);
    if (!container) throw new RuntimeError('not-found', `container ${id} not found`);
    return container;
  }

  #running(id: string): SimulatedContainer {
    const container = this.#container(id);
    if (container.state.state !== 'running') throw new RuntimeError('invalid', `container ${id} is not running`);
    return container;
  }

  #endOf(container: SimulatedContainer): Promise<void> {
    if (container.state.state !== 'running') return Promise.resolve();
    return new Promise((resolve) => container.ends.push(resolve));
  }

  #healthy(sandboxId: string): boolean {
    let running = 0;
    for (const id of this.#sandboxes.get(sandboxId)?.containers ?? []) {
      const container = this.#containers.get(id);
      if (container?.state.state !== 'running') continue;
      if (container.behaviour.neverReady) return false;
      running++;
    }
    return running > 0;
  }

  #exit(id: string, exitCode: number, signal?: number, oomKilled?: boolean): void {
    const container = this.#containers.get(id);
    if (container?.state.state !== 'running') return;
    container.timer?.cancel();
    const finishedAtMs = this.options.clock.now();
    const extra = { ...(signal ? { signal } : {}), ...(oomKilled ? { oomKilled } : {}) };
    container.state = { ...container.state, state: 'exited', exitCode, finishedAtMs, ...extra };
    for (const end of container.ends.splice(0)) end();
    this.#emit('exited', container.state);
  }

  #remove(id: string): void {
    const container = this.#containers.get(id);
    if (!container) return;
    this.#containers.delete(id);
    this.#byIdentity.delete(identityOf(container.spec));
    this.#sandboxes.get(container.sandboxId)?.containers.delete(id);
    this.#emit('removed', container.state);
  }

  #emit(kind: RuntimeEvent['kind'], state: ContainerState): void {
    for (const watcher of this.#watchers) watcher({ kind, id: state.id, pod: state.pod });
  }

  /** 64 hexadecimal digits, as Docker's: a number of this machine's, then what makes the machine's its own. */
  #newId(): string {
    this.#serial++;
    return this.#serial.toString(16).padStart(8, '0') + this.#machineId;
  }
}

const NEWEST_LINE: LogOptions = { follow: false, previous: false, timestamps: false, tailLines: 1 };
const identityOf = (spec: ContainerSpec): string => `${spec.pod.uid}/${spec.name}/${spec.attempt}`;
const isMissing = (reference: string): boolean => (reference.split('/').at(-1) ?? '').startsWith('missing');
