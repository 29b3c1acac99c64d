/**
 * One pod on this node: a level-based state machine. Whatever happens, it looks at the spec and at what is observed, and does what the plan says.
 * At most one thing at a time is done to one container, to the sandbox and to the volumes.
 */
import type { Timer } from '../../runtime/process/clock.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { Container, Pod, PodStatus } from '../../schemas/meta/object.js';
import { podCgroupParent } from '../containers/cgroup-parent.js';
import { type ContainerState, type RuntimeEvent, RuntimeError, type Sandbox } from '../containers/container-runtime.js';
import { dnsOf } from '../network/resolv-conf.js';
import { type EarlierFindings, PodProbes } from '../probes/pod-probes.js';
import { agentLimits } from './agent-limits.js';
import { ContainerKiller } from './container-killer.js';
import { qosOf, sandboxSpec } from './container-spec.js';
import { createContainer, type StartOrder, startContainer } from './container-starter.js';
import { goDuration } from './go-duration.js';
import { runHook } from './hooks.js';
import { containerNamed, type ContainerKind, graceSecondsOf, isTerminal, podText } from './pod-facts.js';
import { inSandbox } from './pod-observation.js';
import { nextToStop, type PodAction, planPod } from './pod-plan.js';
import { PodRecord } from './pod-record.js';
import type { PodServices } from './pod-services.js';
import { podStatus, type PodVerdict, rejectedStatus } from './pod-status.js';
import { RestartBackOff } from './restart-back-off.js';
import { StartError } from './start-error.js';
import { terminationMessage } from './termination-message.js';
import { volumeSources } from './volume-sources.js';

export class PodActor {
  readonly uid: string;
  readonly #services: PodServices;
  readonly #record: PodRecord;
  readonly #probes: PodProbes;
  readonly #killer: ContainerKiller;
  readonly #backOff = new RestartBackOff();
  readonly #setupBackOff = new RestartBackOff(agentLimits.setupRetryMs, agentLimits.setupRetryMaxMs);
  readonly #busy = new Set<string>();
  /** Not to be tried before this monotonic time. */
  readonly #holds = new Map<string, number>();
  readonly #toldBackOff = new Map<string, number>();
  /** Starts that still wait for their image: the pod's end doesn't wait for them. */
  readonly #pulling = new Set<string>();
  readonly #hooks = new AbortController();
  readonly #startedAtMs: number;
  #pod: Pod;
  #status: PodStatus | undefined;
  #rejection: PodVerdict | undefined;
  #verdict: PodVerdict | undefined;
  #removed = false;
  /** The sidecars may end too: the pod has nothing left to do. */
  #finished = false;
  /** All containers and the sandbox have stopped, and nothing will be started. */
  #stopped = false;
  #terminalReported = false;
  #closed = false;
  #deadlineMs: number | undefined;
  #scheduled = false;
  #wake: { atMs: number; timer: Timer } | undefined;
  #deadline: Timer | undefined;

  constructor(services: PodServices, pod: Pod) {
    this.uid = pod.metadata.uid;
    this.#services = services;
    this.#pod = pod;
    const started = pod.status?.startTime ? parseTime(pod.status.startTime as string) : Number.NaN;
    this.#startedAtMs = Number.isNaN(started) ? services.clock.now() : started;
    this.#killer = new ContainerKiller(services);
    this.#probes = new PodProbes({
      runtime: services.runtime,
      transport: services.transport,
      slots: services.slots,
      clock: services.clock,
      random: services.random,
      onUnhealthy: (name, message) => services.event(this.#pod, 'Warning', 'Unhealthy', message, name),
      onChange: () => this.poke(),
      onDead: (name, id, type, grace) => this.#unhealthy(name, id, type, grace),
    });
    this.#record = new PodRecord(services.clock, this.#probes);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get key(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  /** The node's resources are its to use: neither refused nor ended. */
  get holdsResources(): boolean {
    return !this.#rejection && !this.#stopped && !isTerminal(this.#status?.phase);
  }

  get sandbox(): Sandbox | undefined {
    return this.#record.sandbox;
  }

  /** The newest container of a name, and the one before it. */
  container(name: string): { current: ContainerState; previous?: ContainerState } | undefined {
    return this.#record.containers.get(name);
  }

  /** The API knows the pod, so that its status is of use. */
  get reportable(): boolean {
    return !this.#removed && !this.#closed;
  }

  waitingReason(name: string): string | undefined {
    return this.#record.waiting.get(name)?.reason;
  }

  /** Begins. `found` is what runs of it since before this agent. */
  start(found?: { sandboxes: readonly Sandbox[]; containers: readonly ContainerState[] }): void {
    if (found) this.#adopt(found.sandboxes, found.containers);
    if (isTerminal(this.#pod.status?.phase)) {
      this.#status = this.#pod.status;
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
    if (pod.metadata.deletionTimestamp) this.#shorten(graceSecondsOf(pod));
    this.poke();
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
    this.#holds.clear();
    if (this.#record.volumesReady && !this.#stopped) {
      this.#run('refresh', async () => {
        await this.#services.volumes.refresh(this.#pod, volumeSources(this.#services, this.#pod));
      });
    }
    this.poke();
  }

  onRuntimeEvent(event: RuntimeEvent): void {
    if (this.#closed) return;
    if (event.kind === 'sandbox-exited') return this.#run('inspect sandbox', () => this.#inspectSandbox());
    const known = this.#record.byId(event.id);
    if (!known || known.current.state === 'exited') return;
    if (event.kind === 'started' && known.current.state === 'running') return;
    this.#run(`inspect ${event.id}`, () => this.#inspect(event.id, known.current.name));
  }

  /** All that the runtime has of this pod, after events may have been missed. */
  resync(sandboxes: readonly Sandbox[], containers: readonly ContainerState[]): void {
    if (this.#closed || this.#busy.size > 0) return;
    const sandbox = this.#record.sandbox;
    if (sandbox) this.#record.sandbox = sandboxes.find(({ id }) => id === sandbox.id) ?? { ...sandbox, running: false };
    const found = new Set(containers.map(({ id }) => id));
    for (const state of containers) {
      const known = this.#record.byId(state.id);
      if (known && known.current.state !== state.state)
        this.#run(`inspect ${state.id}`, () => this.#inspect(state.id, state.name));
    }
    for (const [name, { current }] of this.#record.containers) {
      if (current.state === 'running' && !found.has(current.id)) this.#record.lose(name);
    }
    this.poke();
  }

  /** The API has the last reported status. */
  reported(status: PodStatus): void {
    if (!this.#stopped || this.#terminalReported || !isTerminal(status.phase)) return;
    this.#terminalReported = true;
    this.poke();
  }

  /** The status as it is now; the same object while nothing has changed. */
  status(): PodStatus {
    const { clock, machine } = this.#services;
    if (this.#rejection) return (this.#status ??= rejectedStatus(this.#pod, this.#rejection, clock.now()));
    const next = podStatus(this.#pod, this.#record, this.#status ?? this.#pod.status, {
      runtimeName: machine.runtimeName,
      hostIPs: machine.hostIPs,
      nowMs: clock.now(),
      startedAtMs: this.#startedAtMs,
      ending: this.#ending && !this.#finished,
      stopped: this.#stopped,
      ...(this.#verdict ? { verdict: this.#verdict } : {}),
    });
    this.#status = next;
    return next;
  }

  /** Stops watching and probing; containers run on. */
  close(): void {
    this.#closed = true;
    this.#probes.stop();
    this.#wake?.timer.cancel();
    this.#deadline?.cancel();
  }

  /** Something may be different: looks again at the end of this microtask turn. */
  poke(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#step();
    });
  }

  get #ending(): boolean {
    return (
      this.#finished ||
      this.#removed ||
      this.#verdict !== undefined ||
      this.#pod.metadata.deletionTimestamp !== undefined
    );
  }

  #step(): void {
    if (this.#rejection) this.#cleanUpIfUnwanted();
    else if (this.#ending) this.#end();
    else this.#advance();
    this.#services.changed(this);
  }

  #advance(): void {
    const nowMs = this.#services.clock.monotonic();
    const plan = planPod(this.#pod, this.#record, (name, exitedMs) => this.#backOff.waitAfter(name, exitedMs, nowMs));
    if (plan.finished && this.#busy.size === 0) {
      this.#finished = true;
      this.#shorten(graceSecondsOf(this.#pod));
      return this.#end();
    }
    for (const [name, wait] of plan.backingOff) if (!this.#busy.has(`container ${name}`)) this.#tellBackOff(name, wait);
    for (const action of plan.actions) this.#act(action, nowMs);
  }

  #act(action: PodAction, nowMs: number): void {
    const key = keyOfAction(action);
    const holdMs = this.#holds.get(key);
    if (holdMs !== undefined && holdMs > nowMs) return this.#wakeAt(holdMs);
    if (action.kind === 'prepareVolumes') this.#run(key, () => this.#prepareVolumes());
    else if (action.kind === 'createSandbox') this.#run(key, () => this.#createSandbox(action.attempt));
    else if (action.kind === 'start')
      this.#run(key, () => this.#start(action.container, action.containerKind, action.attempt));
    else this.#run(key, () => this.#kill(action.id, action.name, action.message));
  }

  /** One thing at a time per key. A runtime that is away is tried again. */
  #run(key: string, work: () => Promise<void>): void {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    work().then(
      () => {
        this.#busy.delete(key);
        this.#setupBackOff.reset(key);
        this.poke();
      },
      (error: unknown) => {
        this.#busy.delete(key);
        this.#failed(key, error as Error);
        this.poke();
      },
    );
  }

  #failed(key: string, error: Error): void {
    const nowMs = this.#services.clock.monotonic();
    this.#setupBackOff.next(key, nowMs, nowMs);
    const untilMs = nowMs + (this.#setupBackOff.delayMs(key) ?? agentLimits.setupRetryMs);
    this.#holds.set(key, untilMs);
    this.#wakeAt(untilMs);
    this.#services.logger.debug({ pod: this.key, what: key, error: error.message }, 'will be tried again');
  }

  #wakeAt(atMs: number): void {
    if (this.#wake && this.#wake.atMs <= atMs) return;
    this.#wake?.timer.cancel();
    const delayMs = Math.max(0, atMs - this.#services.clock.monotonic());
    const timer = this.#services.clock.after(delayMs, () => {
      this.#wake = undefined;
      this.poke();
    });
    this.#wake = { atMs, timer };
  }

  async #prepareVolumes(): Promise<void> {
    try {
      this.#record.volumePaths = await this.#services.volumes.prepare(
        this.#pod,
        volumeSources(this.#services, this.#pod),
      );
      this.#record.volumesReady = true;
    } catch (error) {
      this.#services.event(this.#pod, 'Warning', 'FailedMount', (error as Error).message);
      throw error;
    }
    this.#refreshTokens();
  }

  /** Projected tokens end: the volume tells when it needs the next. */
  #refreshTokens(): void {
    if (!this.#pod.spec.volumes?.some((volume) => volume.projected)) return;
    this.#run('refresh', async () => {
      const nextMs = await this.#services.volumes.refresh(this.#pod, volumeSources(this.#services, this.#pod));
      if (nextMs !== undefined)
        this.#services.clock.after(nextMs, () => !this.#closed && !this.#stopped && this.#refreshTokens());
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
      const before = this.#record.sandbox;
      const cgroupParent = podCgroupParent(this.#services.machine.cgroupDriver, qosOf(this.#pod), this.uid);
      this.#record.sandbox = await runtime.createSandbox(
        sandboxSpec(this.#pod, attempt, dns.servers.length > 0 ? dns : undefined, cgroupParent),
      );
      if (before) void runtime.stopSandbox(before.id).catch(() => undefined); // It is removed with the pod.
    } catch (error) {
      const message = `Failed to create pod sandbox: ${(error as Error).message}`;
      this.#services.event(this.#pod, 'Warning', 'FailedCreatePodSandBox', message);
      throw error;
    }
  }

  async #start(container: Container, kind: ContainerKind, attempt: number): Promise<void> {
    const { name } = container;
    const sandbox = this.#record.sandbox!;
    const known = this.#record.containers.get(name);
    if (known?.exitedMs !== undefined) this.#backOff.next(name, known.exitedMs, this.#services.clock.monotonic());
    const { volumePaths } = this.#record;
    const wanted = () => {
      this.#pulling.delete(name);
      return !this.#ending && !this.#closed;
    };
    const order: StartOrder = {
      pod: this.#pod,
      container,
      kind,
      attempt,
      sandbox,
      volumePaths,
      backOff: this.#backOff,
      wanted,
    };
    this.#pulling.add(name);
    try {
      const id = await createContainer(this.#services, order);
      if (id === undefined) return;
      if (this.#ending) return this.#services.runtime.removeContainer(id);
      await this.#startCreated(order, id);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!this.#ending) this.#couldNotStart(container, error);
    } finally {
      this.#pulling.delete(name);
    }
  }

  async #startCreated(order: StartOrder, id: string): Promise<void> {
    const { name, lifecycle } = order.container;
    try {
      await startContainer(this.#services, order, id);
    } catch (error) {
      await this.#inspect(id, name, (error as Error).message);
      throw error;
    }
    await this.#inspect(id, name);
    this.#record.waiting.delete(name);
    this.#toldBackOff.delete(name);
    if (!lifecycle?.postStart) return;
    this.#record.setStarting(name, true);
    this.poke();
    try {
      await runHook(
        this.#services,
        lifecycle.postStart,
        { container: order.container, id, podIP: this.#podIP },
        undefined,
        this.#hooks.signal,
      );
      this.#record.setStarting(name, false);
    } catch (error) {
      if (this.#ending) return;
      this.#services.event(this.#pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', name);
      await this.#kill(id, name, 'FailedPostStartHook');
      throw new StartError('PostStartHookError', (error as Error).message, undefined);
    }
  }

  #couldNotStart(container: Container, error: StartError): void {
    const { name } = container;
    this.#record.waiting.set(name, { reason: error.reason, message: error.message });
    this.#services.event(this.#pod, 'Warning', 'Failed', `Error: ${eventTextOf(error)}`, name);
    if (error.retryMs === undefined) return;
    const untilMs = this.#services.clock.monotonic() + error.retryMs;
    this.#holds.set(`container ${name}`, untilMs);
    this.#wakeAt(untilMs);
  }

  #tellBackOff(name: string, { untilMs, delayMs }: { untilMs: number; delayMs: number }): void {
    this.#wakeAt(untilMs);
    const text = podText(this.#pod);
    const message = `back-off ${goDuration(delayMs)} restarting failed container=${name} pod=${text}`;
    this.#record.waiting.set(name, { reason: 'CrashLoopBackOff', message });
    if (this.#toldBackOff.get(name) === untilMs) return;
    this.#toldBackOff.set(name, untilMs);
    this.#services.event(
      this.#pod,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${text}`,
      name,
    );
  }

  async #kill(id: string, name: string, message: string, graceSeconds?: number): Promise<void> {
    const state = this.#record.byId(id)?.current;
    if (state?.state !== 'running') return;
    const own = this.#services.clock.monotonic() + (graceSeconds ?? graceSecondsOf(this.#pod)) * 1_000;
    const deadlineMs = () => Math.min(own, this.#deadlineMs ?? Number.POSITIVE_INFINITY);
    await this.#killer.kill(this.#pod, { state, message, deadlineMs, podIP: this.#podIP });
    await this.#inspect(id, name);
  }

  #unhealthy(name: string, id: string, type: 'Liveness' | 'Startup', graceSeconds: number | undefined): void {
    if (this.#ending) return;
    const message = `Container ${name} failed ${type.toLowerCase()} probe, will be restarted`;
    this.#run(`container ${name}`, () => this.#kill(id, name, message, graceSeconds));
  }

  get #podIP(): string {
    return this.#pod.spec.hostNetwork
      ? (this.#services.machine.hostIPs[0] ?? '')
      : (this.#record.sandbox?.ips[0] ?? '');
  }

  async #inspect(id: string, name: string, startError?: string): Promise<void> {
    const { runtime } = this.#services;
    const state = await runtime.container(id);
    if (!state) this.#record.lose(name);
    else
      await this.#observe(
        startError && state.state === 'created' ? { ...state, error: state.error || startError } : state,
      );
    this.poke();
  }

  async #observe(state: ContainerState): Promise<void> {
    const container = containerNamed(this.#pod, state.name);
    const ended = state.state === 'exited';
    const message =
      ended && container ? await terminationMessage(this.#services, this.#pod, container, state) : undefined;
    const { stale, begun } = this.#record.observe(state, message);
    if (stale) void this.#services.runtime.removeContainer(stale).catch(() => undefined); // Left for the clean-up of the pod.
    if (ended) this.#probes.remove(state.name);
    if (begun && container && !this.#ending)
      this.#probes.add(this.#pod, container, state, this.#podIP, this.#earlier(state));
  }

  async #inspectSandbox(): Promise<void> {
    const { sandbox } = this.#record;
    if (!sandbox) return;
    this.#record.sandbox = (await this.#services.runtime.sandbox(sandbox.id)) ?? { ...sandbox, running: false };
  }

  #adopt(sandboxes: readonly Sandbox[], containers: readonly ContainerState[]): void {
    this.#record.sandbox = [...sandboxes].sort((a, b) => b.attempt - a.attempt)[0];
    for (const state of [...containers].sort((a, b) => a.attempt - b.attempt)) {
      const { stale } = this.#record.observe(state);
      if (stale) void this.#services.runtime.removeContainer(stale).catch(() => undefined); // Likewise.
    }
    for (const [name, { current }] of this.#record.containers) {
      const container = containerNamed(this.#pod, name);
      if (current.state === 'exited') this.#run(`inspect ${current.id}`, () => this.#inspect(current.id, name));
      else if (
        current.state === 'running' &&
        container &&
        inSandbox(this.#record.containers.get(name), this.#record.sandbox)
      ) {
        this.#probes.add(this.#pod, container, current, this.#podIP, this.#earlier(current));
      }
    }
  }

  /** What the API knew of a container that began before this agent did. */
  #earlier(state: ContainerState): EarlierFindings | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.#pod.status ?? {};
    const status = [...containerStatuses, ...initContainerStatuses].find(({ containerID }) =>
      containerID?.endsWith(state.id),
    );
    return status && { started: status.started ?? false, ready: status.ready };
  }

  #deadlineExceeded(): void {
    if (this.#ending) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#verdict = { reason: 'DeadlineExceeded', message };
    this.#services.event(this.#pod, 'Normal', 'DeadlineExceeded', message);
    this.#shorten(graceSecondsOf(this.#pod));
    this.poke();
  }

  /** Everything must have stopped by then; a deadline only comes nearer. */
  #shorten(graceSeconds: number): void {
    const deadlineMs = this.#services.clock.monotonic() + graceSeconds * 1_000;
    if (this.#deadlineMs !== undefined && this.#deadlineMs <= deadlineMs) return;
    this.#deadlineMs = deadlineMs;
    this.#killer.hurry();
  }

  #end(): void {
    this.#probes.terminate();
    this.#hooks.abort(new Error('the pod is ending'));
    if (this.#deadlineMs === undefined) this.#shorten(graceSecondsOf(this.#pod));
    if (this.#stopped) return this.#cleanUpIfUnwanted();
    for (const state of nextToStop(this.#pod, this.#record, this.#finished && !this.#deleted)) this.#stopOne(state);
    if (this.#busy.size > this.#pulling.size || this.#record.anyRunning) return;
    const { sandbox } = this.#record;
    if (!sandbox?.running) {
      this.#stopped = true;
      this.#deadline?.cancel();
      return this.#cleanUpIfUnwanted();
    }
    this.#hold('sandbox', async () => {
      await this.#services.runtime.stopSandbox(sandbox.id);
      this.#record.sandbox = { ...sandbox, running: false };
    });
  }

  #stopOne(state: ContainerState): void {
    const left = this.#deadlineMs! - this.#services.clock.monotonic();
    const seconds = Math.max(left / 1_000, agentLimits.graceSecondsMin);
    this.#hold(`stop ${state.name}`, () => this.#stop(state, seconds));
  }

  async #stop(state: ContainerState, seconds: number): Promise<void> {
    const latest = this.#services.clock.monotonic() + seconds * 1_000;
    const deadlineMs = () => Math.max(Math.min(latest, this.#deadlineMs ?? latest), 0);
    const message = `Stopping container ${state.name}`;
    await this.#killer.kill(this.#pod, { state, message, deadlineMs, podIP: this.#podIP });
    await this.#inspect(state.id, state.name);
  }

  /** Runs unless it failed a moment ago. */
  #hold(key: string, work: () => Promise<void>): void {
    const holdMs = this.#holds.get(`end ${key}`);
    if (holdMs !== undefined && holdMs > this.#services.clock.monotonic()) return this.#wakeAt(holdMs);
    if (this.#busy.has(key)) return;
    this.#run(key, async () => {
      try {
        await work();
      } catch (error) {
        this.#holds.set(`end ${key}`, this.#services.clock.monotonic() + agentLimits.setupRetryMs);
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
      const ids = [...this.#record.containers.values()].flatMap(({ current, previous }) => [
        current.id,
        previous?.id ?? '',
      ]);
      await Promise.all(ids.filter(Boolean).map((id) => runtime.removeContainer(id)));
      const { sandbox } = this.#record;
      if (sandbox) await runtime.removeSandbox(sandbox.id);
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

/** The Failed event shows the reason of a pull's failure, and the words of any other. */
const eventTextOf = (error: StartError): string => (/Image/.test(error.reason) ? error.reason : error.message);
