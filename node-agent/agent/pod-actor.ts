/**
 * One pod on this node: a level-based state machine. Whatever happens, it looks at the spec and at what is observed, and does what the plan says.
 * At most one thing at a time is done to one container, to the sandbox and to the volumes.
 */
import type { Timer } from '../../runtime/process/clock.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { Pod, PodStatus } from '../../schemas/meta/object.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';
import { podCgroupParent } from '../containers/cgroup-parent.js';
import { type ContainerState, type RuntimeEvent, RuntimeError, type Sandbox } from '../containers/container-runtime.js';
import { dnsOf } from '../network/resolv-conf.js';
import { agentLimits } from './agent-limits.js';
import { Chores } from './chores.js';
import { qosOf, sandboxSpec } from './container-spec.js';
import { PodContainers } from './pod-containers.js';
import { graceSecondsOf } from './pod-facts.js';
import { nextToStop, type PodAction, planPod } from './pod-plan.js';
import type { PodServices } from './pod-services.js';
import { podStatus, type PodVerdict, rejectedStatus } from './pod-status.js';
import { volumeSources } from './volume-sources.js';

export class PodActor {
  readonly uid: string;
  readonly #services: PodServices;
  readonly #chores: Chores;
  readonly #containers: PodContainers;
  /** Of earlier attempts: stopped, and removed with the pod. */
  readonly #oldSandboxes: string[] = [];
  readonly #startedAtMs: number;
  #pod: Pod;
  #status: PodStatus | undefined;
  /** How it ended before it came to this agent: nothing is to be added. */
  #ended: PodStatus | undefined;
  #rejection: PodVerdict | undefined;
  #verdict: PodVerdict | undefined;
  #removed = false;
  /** The sidecars may end too: the pod has nothing left to do. */
  #finished = false;
  /** All containers and the sandbox have stopped, and nothing will be started. */
  #stopped = false;
  #terminalReported = false;
  /** Nothing is left to do, or somebody else does it. */
  closed = false;
  /** Monotonic: when everything must have stopped; undefined while it lives. */
  deadlineMs: number | undefined;
  #scheduled = false;
  #deadline: Timer | undefined;

  constructor(services: PodServices, pod: Pod) {
    this.uid = pod.metadata.uid;
    this.#services = services;
    this.#pod = pod;
    const started = pod.status?.startTime ? parseTime(pod.status.startTime as string) : Number.NaN;
    this.#startedAtMs = Number.isNaN(started) ? services.clock.now() : started;
    this.#chores = new Chores({
      clock: services.clock,
      poke: () => this.poke(),
      onFailed: (what, error) => this.#failed(what, error),
    });
    this.#containers = new PodContainers(services, this, this.#chores);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get key(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  /** The node's resources are its to use: neither refused nor ended. */
  get holdsResources(): boolean {
    return !this.#rejection && !this.#stopped && !isTerminalPhase(this.#status?.phase);
  }

  get sandbox(): Sandbox | undefined {
    return this.#containers.record.sandbox;
  }

  /** The newest container of a name, and the one before it. */
  container(name: string): { current: ContainerState; previous?: ContainerState } | undefined {
    return this.#containers.record.containers.get(name);
  }

  /** The API knows the pod, so that its status is of use. */
  get reportable(): boolean {
    return !this.#removed && !this.closed;
  }

  waitingReason(name: string): string | undefined {
    return this.#containers.record.waiting.get(name)?.reason;
  }

  /** Begins. `found` is what runs of it since before this agent. */
  start(found?: { sandboxes: readonly Sandbox[]; containers: readonly ContainerState[]; isOld?: boolean }): void {
    if (found) this.#adopt(found.sandboxes, found.containers);
    if (found?.isOld) this.#lookAgain(found.containers);
    if (isTerminalPhase(this.#pod.status?.phase)) {
      this.#status = this.#ended = this.#pod.status;
      this.#finished = true;
    }
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds !== undefined && !this.#finished) {
      const leftMs = this.#startedAtMs + seconds * 1_000 - this.#services.clock.now();
      this.#deadline = this.#services.clock.after(Math.max(0, leftMs), () => this.#deadlineExceeded());
    }
    this.poke();
  }

  /** The node can't run it: it fails without having begun. */
  reject(verdict: PodVerdict): void {
    this.#rejection = verdict;
    this.#stopped = true;
    this.#services.event(this.#pod, 'Warning', verdict.reason, verdict.message);
    this.poke();
  }

  /** The API's newer state of the same pod. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (isTerminalPhase(pod.status?.phase)) this.#hasEnded(pod.status!);
    if (pod.metadata.deletionTimestamp) this.#shorten(graceSecondsOf(pod));
    this.poke();
  }

  /** A pod that has ended never runs again, whatever an earlier agent left of it here. */
  #hasEnded(status: PodStatus): void {
    if (this.ending || this.#rejection) return;
    this.#ended = status;
    this.#verdict = { reason: status.reason ?? '', message: status.message ?? '' };
    this.#shorten(graceSecondsOf(this.#pod));
  }

  /** The control plane no longer wants it, and no longer knows it. */
  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    this.#shorten(graceSecondsOf(this.#pod));
    this.poke();
  }

  /** A ConfigMap or Secret that it mentions has changed. */
  configChanged(): void {
    this.#chores.releaseAll();
    if (this.#containers.record.volumesReady && !this.#stopped) {
      this.#chores.run('refresh', async () => {
        await this.#services.volumes.refresh(this.#pod, volumeSources(this.#services, this.#pod));
      });
    }
    this.poke();
  }

  onRuntimeEvent(event: RuntimeEvent): void {
    if (this.closed) return;
    if (event.kind === 'sandbox-exited') return this.#chores.run('inspect sandbox', () => this.#inspectSandbox());
    const known = this.#containers.record.byId(event.id);
    if (!known || known.current.state === 'exited') return;
    if (event.kind === 'started' && known.current.state === 'running') return;
    this.#chores.run(`inspect ${event.id}`, () => this.#containers.inspect(event.id, known.current.name));
  }

  /** All that the runtime has of this pod, after events may have been missed. */
  resync(sandboxes: readonly Sandbox[], containers: readonly ContainerState[]): void {
    if (this.closed || this.#chores.count > 0) return;
    const sandbox = this.#containers.record.sandbox;
    if (sandbox)
      this.#containers.record.sandbox = sandboxes.find(({ id }) => id === sandbox.id) ?? { ...sandbox, running: false };
    const found = new Set(containers.map(({ id }) => id));
    for (const state of containers) {
      const known = this.#containers.record.byId(state.id);
      if (known && known.current.state !== state.state)
        this.#chores.run(`inspect ${state.id}`, () => this.#containers.inspect(state.id, state.name));
    }
    for (const [name, { current }] of this.#containers.record.containers) {
      if (current.state === 'running' && !found.has(current.id)) this.#containers.record.lose(name);
    }
    this.poke();
  }

  /** The API has the last reported status. */
  reported(status: PodStatus): void {
    if (!this.#stopped || this.#terminalReported || !isTerminalPhase(status.phase)) return;
    this.#terminalReported = true;
    this.poke();
  }

  /** The status as it is now; the same object while nothing has changed. */
  status(): PodStatus {
    const { clock, machine } = this.#services;
    if (this.#ended) return this.#ended;
    if (this.#rejection) return (this.#status ??= rejectedStatus(this.#pod, this.#rejection, clock.now()));
    const next = podStatus(this.#pod, this.#containers.record, this.#status ?? this.#pod.status, {
      runtimeName: machine.runtimeName,
      hostIPs: machine.hostIPs,
      nowMs: clock.now(),
      startedAtMs: this.#startedAtMs,
      ending: this.ending && !this.#finished,
      stopped: this.#stopped,
      ...(this.#verdict ? { verdict: this.#verdict } : {}),
    });
    this.#status = next;
    return next;
  }

  /** Stops watching and probing; containers run on. */
  close(): void {
    this.closed = true;
    this.#containers.close();
    this.#chores.stop();
    this.#deadline?.cancel();
  }

  /** Something may be different: looks again at the end of this microtask turn. */
  poke(): void {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.closed) this.#step();
    });
  }

  /** Nothing is to be started any more. */
  get ending(): boolean {
    return (
      this.#finished ||
      this.#removed ||
      this.#verdict !== undefined ||
      this.#pod.metadata.deletionTimestamp !== undefined
    );
  }

  #step(): void {
    if (this.#rejection) this.#cleanUpIfUnwanted();
    else if (this.ending) this.#end();
    else this.#advance();
    this.#services.changed(this);
  }

  #advance(): void {
    const nowMs = this.#services.clock.monotonic();
    const plan = planPod(this.#pod, this.#containers.record, (name, exitedMs) =>
      this.#containers.backOff.waitAfter(name, exitedMs, nowMs),
    );
    if (plan.finished && this.#chores.count === 0) {
      this.#finished = true;
      this.#shorten(graceSecondsOf(this.#pod));
      return this.#end();
    }
    for (const [name, wait] of plan.backingOff) {
      if (!this.#chores.isBusy(`container ${name}`)) this.#containers.tellBackOff(name, wait);
    }
    for (const action of plan.actions) this.#chores.tryRun(keyOfAction(action), () => this.#act(action));
  }

  #act(action: PodAction): Promise<void> {
    if (action.kind === 'prepareVolumes') return this.#prepareVolumes();
    if (action.kind === 'createSandbox') return this.#createSandbox(action.attempt);
    if (action.kind === 'kill') return this.#containers.kill(action.id, action.name, action.message);
    return this.#containers.start(action.container, action.containerKind, action.attempt);
  }

  async #prepareVolumes(): Promise<void> {
    try {
      this.#containers.record.volumePaths = await this.#services.volumes.prepare(
        this.#pod,
        volumeSources(this.#services, this.#pod),
      );
      this.#containers.record.volumesReady = true;
    } catch (error) {
      this.#services.event(this.#pod, 'Warning', 'FailedMount', (error as Error).message);
      throw error;
    }
    this.#refreshTokens();
  }

  /** Projected tokens end: the volume tells when it needs the next. */
  #refreshTokens(): void {
    if (!this.#pod.spec.volumes?.some((volume) => volume.projected)) return;
    this.#chores.run('refresh', async () => {
      const nextMs = await this.#services.volumes.refresh(this.#pod, volumeSources(this.#services, this.#pod));
      if (nextMs !== undefined)
        this.#services.clock.after(nextMs, () => !this.closed && !this.#stopped && this.#refreshTokens());
    });
  }

  async #createSandbox(attempt: number): Promise<void> {
    const { runtime, volumes, clusterDns } = this.#services;
    if (attempt > 0) {
      this.#services.event(
        this.#pod,
        'Normal',
        'SandboxChanged',
        'Pod sandbox changed, it will be killed and re-created.',
      );
    }
    try {
      const dns = dnsOf(this.#pod, await volumes.hostDns(), clusterDns);
      const before = this.#containers.record.sandbox;
      const cgroupParent = podCgroupParent(this.#services.machine.cgroupDriver, qosOf(this.#pod), this.uid);
      this.#containers.record.sandbox = await runtime.createSandbox(
        sandboxSpec(this.#pod, attempt, dns.servers.length > 0 ? dns : undefined, cgroupParent),
      );
      if (!before) return;
      this.#oldSandboxes.push(before.id);
      void runtime.stopSandbox(before.id).catch(() => undefined); // It is removed with the pod.
    } catch (error) {
      const message = `Failed to create pod sandbox: ${(error as Error).message}`;
      this.#services.event(this.#pod, 'Warning', 'FailedCreatePodSandBox', message);
      throw error;
    }
  }

  #failed(what: string, error: Error): void {
    this.#services.logger.debug({ pod: this.key, what, error: error.message }, 'will be tried again');
  }

  /** The newest sandbox is the pod's; others are left of attempts that an earlier agent could not finish. */
  #adopt(sandboxes: readonly Sandbox[], containers: readonly ContainerState[]): void {
    const [newest, ...older] = [...sandboxes].sort((a, b) => b.attempt - a.attempt);
    this.#containers.record.sandbox = newest;
    this.#oldSandboxes.push(...older.map(({ id }) => id));
    this.#containers.adopt(containers);
  }

  #lookAgain(containers: readonly ContainerState[]): void {
    this.#chores.run('inspect sandbox', () => this.#inspectSandbox());
    for (const { id, name } of containers) this.#chores.run(`inspect ${id}`, () => this.#containers.inspect(id, name));
  }

  async #inspectSandbox(): Promise<void> {
    const { sandbox } = this.#containers.record;
    if (!sandbox) return;
    this.#containers.record.sandbox = (await this.#services.runtime.sandbox(sandbox.id)) ?? {
      ...sandbox,
      running: false,
    };
  }

  #deadlineExceeded(): void {
    if (this.ending) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#verdict = { reason: 'DeadlineExceeded', message };
    this.#services.event(this.#pod, 'Normal', 'DeadlineExceeded', message);
    this.#shorten(graceSecondsOf(this.#pod));
    this.poke();
  }

  /** Everything must have stopped by then; a deadline only comes nearer. */
  #shorten(graceSeconds: number): void {
    const deadlineMs = this.#services.clock.monotonic() + graceSeconds * 1_000;
    if (this.deadlineMs !== undefined && this.deadlineMs <= deadlineMs) return;
    this.deadlineMs = deadlineMs;
    this.#containers.hurry();
  }

  #end(): void {
    this.#containers.terminate();
    if (this.deadlineMs === undefined) this.#shorten(graceSecondsOf(this.#pod));
    if (this.#stopped) return this.#cleanUpIfUnwanted();
    for (const state of nextToStop(this.#pod, this.#containers.record, this.#finished && !this.#deleted))
      this.#stopOne(state);
    if (this.#chores.count > this.#containers.pulling || this.#containers.record.anyRunning) return;
    const { sandbox } = this.#containers.record;
    if (!sandbox?.running) {
      this.#stopped = true;
      this.#deadline?.cancel();
      return this.#cleanUpIfUnwanted();
    }
    this.#hold('sandbox', async () => {
      await this.#services.runtime.stopSandbox(sandbox.id);
      this.#containers.record.sandbox = { ...sandbox, running: false };
    });
  }

  #stopOne(state: ContainerState): void {
    const left = this.deadlineMs! - this.#services.clock.monotonic();
    const seconds = Math.max(left / 1_000, agentLimits.graceSecondsMin);
    this.#hold(`stop ${state.name}`, () => this.#containers.stop(state, seconds));
  }

  /** A runtime that is away is tried again without a word: its absence is the node's to tell. */
  #hold(key: string, work: () => Promise<void>): void {
    this.#chores.tryRun(`end ${key}`, async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof RuntimeError && error.kind === 'unavailable')) {
          this.#services.event(this.#pod, 'Warning', 'FailedKillPod', `error killing pod: ${(error as Error).message}`);
        }
        throw error;
      }
    });
  }

  get #deleted(): boolean {
    return this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  /** After its end a pod stays, for its logs, until it is deleted; then its terminal status must be known before the last trace goes. */
  #cleanUpIfUnwanted(): void {
    if (!this.#deleted || (!this.#removed && !this.#terminalReported)) return;
    this.#hold('clean up', async () => {
      const { runtime, volumes } = this.#services;
      const ids = [...this.#containers.record.containers.values()].flatMap(({ current, previous }) => [
        current.id,
        previous?.id ?? '',
      ]);
      await Promise.all(ids.filter(Boolean).map((id) => runtime.removeContainer(id)));
      const { sandbox } = this.#containers.record;
      const sandboxes = [...this.#oldSandboxes, ...(sandbox ? [sandbox.id] : [])];
      await Promise.all(sandboxes.map((id) => runtime.removeSandbox(id)));
      await volumes.remove(this.uid);
      this.close();
      this.#services.gone(this);
    });
  }
}

function keyOfAction(action: PodAction): string {
  if (action.kind === 'prepareVolumes') return 'volumes';
  if (action.kind === 'createSandbox') return 'sandbox';
  return `container ${action.kind === 'start' ? action.container.name : action.name}`;
}
