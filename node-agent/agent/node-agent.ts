/**
 * The agent of one machine: keeps its pods as the control plane wants them, and goes on alone while nobody can be heard.
 * It dials out over its node-link; nothing dials in.
 */
import type { Bus, Subscription } from '../../bus/bus.js';
import { nodeDownSubject, nodeStreamSubject } from '../../bus/subjects.js';
import type { Clock, Timer } from '../../runtime/process/clock.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { Random } from '../../runtime/process/random.js';
import type { Turn } from '../../runtime/process/turn.js';
import { mentionedConfig } from '../../schemas/kinds/pod-mentions.js';
import type {
  DesiredPods,
  NodeDownProtocol,
  PodReport,
  ReportOutcome,
  StreamOpen,
} from '../../schemas/messages/node-link.js';
import type { Node, Pod } from '../../schemas/meta/object.js';
import { amountsOf } from '../../schemas/kinds/pod-needs.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';
import type { ContainerRuntime, ContainerState, Sandbox } from '../containers/container-runtime.js';
import type { ClusterDns } from '../network/resolv-conf.js';
import { ExecSlots } from '../probes/exec-slots.js';
import type { ProbeTransport } from '../probes/probe-transport.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import { Adoption } from './adoption.js';
import { agentLimits } from './agent-limits.js';
import type { AgentState } from './agent-state.js';
import { ConfigCache } from './config-cache.js';
import { type ChangedPods, DesiredState, type Verdict } from './desired-state.js';
import { EventOutbox } from './event-outbox.js';
import { type HeartbeatSchedule, OwnHeartbeat } from './heartbeat-schedule.js';
import { Machine, RUNTIME_DOWN } from './machine.js';
import type { NodeOptions } from './node-status.js';
import { PodActor } from './pod-actor.js';
import { fieldPathOf } from './pod-facts.js';
import type { PodServices } from './pod-services.js';
import { serveStream } from './pod-streams.js';
import { ResourceLedger } from './resource-ledger.js';
import { StatusReporter } from './status-reporter.js';
import { UpLink } from './up-link.js';

export interface NodeAgentOptions extends NodeOptions {
  readonly clusterDomain?: string;
  readonly clusterDns?: ClusterDns;
  /** Events about the node itself; on unless false. */
  readonly nodeEvents?: boolean;
  /** What pods are told of the API (KUBERNETES_SERVICE_HOST …). */
  readonly apiService?: { readonly host: string; readonly port: number };
}

export interface NodeAgentParts {
  readonly nodeName: string;
  readonly bus: Bus;
  readonly runtime: ContainerRuntime;
  readonly volumes: PodVolumes;
  /** How probes and hooks reach pods: NetworkProbeTransport, or the simulated runtime itself. */
  readonly transport: ProbeTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly dataStore: AgentState;
  readonly heartbeats?: HeartbeatSchedule;
  /** Simulated machines only: takes up again what the control plane knows to run, before the first pods begin. */
  readonly resume?: (pods: readonly Pod[]) => {
    readonly sandboxes: readonly Sandbox[];
    readonly containers: readonly ContainerState[];
  };
  readonly options?: NodeAgentOptions;
}

const SAVE_DELAY_MS = 200;

export class NodeAgent {
  readonly #parts: NodeAgentParts;
  readonly #options: NodeAgentOptions;
  readonly #link: UpLink;
  readonly #config: ConfigCache;
  readonly #events: EventOutbox;
  readonly #reporter: StatusReporter;
  readonly #ledger = new ResourceLedger({});
  readonly #desired = new DesiredState();
  readonly #actors = new Map<string, PodActor>();
  readonly #services: PodServices;
  readonly #adoption: Adoption;
  readonly #machine: Machine;
  readonly #incarnation: string;
  readonly #subscriptions: Subscription[] = [];
  #watch: { close(): void } | undefined;
  #stopped = false;
  #registered = false;
  #registering = false;
  #beating = false;
  #retryMs: number = agentLimits.reconnectMs;
  #heartbeat: Timer | undefined;
  #saving: Timer | undefined;
  #whenRegistered: (() => void)[] = [];

  constructor(parts: NodeAgentParts) {
    this.#parts = parts;
    this.#options = parts.options ?? {};
    const { bus, nodeName, random, clock, turn, logger } = parts;
    this.#incarnation = random.uuid();
    this.#link = new UpLink(bus, nodeName, random);
    this.#config = new ConfigCache(this.#link, clock);
    this.#events = new EventOutbox(turn, async (events) => this.#link.ask('events', { events }));
    this.#reporter = new StatusReporter({
      clock,
      turn,
      logger,
      report: (message) => this.#report(message),
      onLost: () => this.#lost(),
    });
    this.#machine = new Machine(parts.runtime, this.#options, clock);
    this.#services = this.#makeServices();
    this.#adoption = new Adoption(parts.runtime, parts.volumes, logger);
  }

  get nodeName(): string {
    return this.#parts.nodeName;
  }

  /** Pods on this machine, for its owner's eyes. */
  get pods(): Iterable<PodActor> {
    return this.#actors.values();
  }

  /** Begins; resolves once the control plane has answered the first time. Until then it runs what it was last told to run. */
  async start(): Promise<void> {
    const { bus, nodeName, dataStore, runtime, clock, random } = this.#parts;
    this.#subscriptions.push(
      bus.subscribe(nodeDownSubject(nodeName), (message) => this.#told(message)),
      bus.serveStreams(nodeStreamSubject(nodeName), (open, stream) => {
        void serveStream(runtime, (wanted) => this.#find(wanted), open as StreamOpen, stream);
      }),
    );
    this.#watch = runtime.watch(
      (event) => {
        const actor = this.#actors.get(event.pod.uid);
        if (actor) actor.onRuntimeEvent(event);
        else this.#adoption.missed(event.pod.uid);
      },
      () => void this.#resync(),
    );
    const saved = await dataStore.load();
    if (saved && this.#desired.revision === 0) this.#desired.restore(saved);
    await this.#connectRuntime();
    this.#heartbeat = (this.#parts.heartbeats ?? new OwnHeartbeat(clock, random)).add(() => void this.#beat());
    const registered = new Promise<void>((resolve) => this.#whenRegistered.push(resolve));
    void this.#register();
    await registered;
  }

  /** Containers run on. Repeatable. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#heartbeat?.cancel();
    this.#saving?.cancel();
    this.#watch?.close();
    for (const subscription of this.#subscriptions) subscription.end();
    for (const actor of this.#actors.values()) actor.close();
    await this.#parts.dataStore.save(this.#desired.snapshot()).catch(() => undefined);
  }

  async #report(message: { reports: PodReport[] }): Promise<{ outcomes: ReportOutcome[] }> {
    const answer = await this.#link.ask('report', message);
    for (const [index, { uid, status }] of message.reports.entries()) {
      const isKnown = isTerminalPhase(status.phase) && answer.outcomes[index]?.kind === 'ok';
      if (isKnown && this.#desired.ended(uid, status)) this.#save();
    }
    return answer;
  }

  #makeServices(): PodServices {
    const { nodeName, runtime, volumes, transport, clock, random, logger } = this.#parts;
    const options = this.#options;
    return {
      nodeName,
      runtime,
      volumes,
      transport,
      clock,
      random,
      logger,
      slots: new ExecSlots(agentLimits.execProbesMax),
      config: this.#config,
      clusterDomain: options.clusterDomain ?? 'cluster.local',
      clusterDns: options.clusterDns,
      apiService: options.apiService,
      machine: this.#machine,
      event: (pod, type, reason, message, container) => this.#event(pod, type, reason, message, container),
      changed: (actor) => this.#changed(actor),
      gone: (actor) => void this.#gone(actor),
    };
  }

  #event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    const { namespace = '', name, uid } = pod.metadata;
    const fieldPath = container === undefined ? {} : { fieldPath: fieldPathOf(pod, container) };
    this.#events.add({ namespace, involved: { kind: 'Pod', name, uid, ...fieldPath }, type, reason, message });
  }

  #nodeEvent(reason: string, message: string): void {
    if (this.#options.nodeEvents === false) return;
    const { nodeName } = this;
    this.#events.add({
      namespace: '',
      involved: { kind: 'Node', name: nodeName, uid: nodeName },
      type: 'Normal',
      reason,
      message,
    });
  }

  #changed(actor: PodActor): void {
    if (!actor.holdsResources) this.#ledger.release(actor.uid);
    this.#reporter.changed(actor);
  }

  // The container runtime.

  /** Asks the runtime who it is and what it runs, until it answers. */
  async #connectRuntime(): Promise<void> {
    try {
      await this.#machine.ask();
      this.#ledger.setAllocatable(amountsOf(this.#machine.allocatable));
      await this.#adoption.list();
      this.#machine.setConnected();
      this.#obey({ kind: 'obey', pods: [...this.#desired.pods.values()], removed: [] });
      if (this.#registered) this.#removeOrphans();
    } catch (error) {
      this.#parts.logger.warn({ node: this.nodeName, error: (error as Error).message }, RUNTIME_DOWN);
      this.#parts.clock.after(agentLimits.reconnectMaxMs / 10, () => !this.#stopped && void this.#connectRuntime());
    }
  }

  async #resync(): Promise<void> {
    if (!this.#machine.connected || this.#stopped) return;
    try {
      const found = await this.#adoption.list();
      for (const actor of this.#actors.values()) {
        const own = found.get(actor.uid);
        actor.resync(own?.sandboxes ?? [], own?.containers ?? []);
      }
    } catch {
      this.#machine.setDown(); // Pods keep their status; the heartbeat says why the node isn't ready.
    }
  }

  // The control plane.

  async #register(): Promise<void> {
    if (this.#registering || this.#stopped) return;
    this.#registering = true;
    try {
      const status = await this.#machine.status();
      const node = this.#machine.object(this.nodeName, status);
      const { desired } = await this.#link.ask('register', { node, incarnation: this.#incarnation });
      this.#registering = false;
      this.#sent(status);
      this.#accept(desired);
    } catch (error) {
      this.#registering = false;
      this.#parts.logger.debug(
        { node: this.nodeName, error: (error as Error).message },
        'the control plane is out of reach',
      );
      this.#retryLater();
    }
  }

  #accept(desired: DesiredPods): void {
    if (this.#stopped) return;
    this.#registered = true;
    this.#retryMs = agentLimits.reconnectMs;
    this.#reporter.resume();
    this.#events.resume();
    this.#takeUp(desired.pods);
    this.#replace(desired, () => {
      // Not before it is known who is wanted: what nobody has begun yet would look like an orphan.
      this.#adoption.answered();
      if (this.#machine.connected) this.#removeOrphans();
    });
    for (const resolve of this.#whenRegistered.splice(0)) resolve();
  }

  #removeOrphans(): void {
    void this.#adoption.removeOrphans((uid) => this.#desired.has(uid) || this.#actors.has(uid));
  }

  #takeUp(pods: readonly Pod[]): void {
    const resumed = this.#parts.resume?.(pods.filter((pod) => !this.#actors.has(pod.metadata.uid)));
    if (resumed) this.#adoption.add(resumed.sandboxes, resumed.containers);
  }

  #lost(): void {
    if (!this.#registered || this.#stopped) return;
    this.#registered = false;
    this.#reporter.pause();
    this.#retryLater();
  }

  #retryLater(): void {
    const delayMs = this.#retryMs * (0.5 + this.#parts.random.next() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, agentLimits.reconnectMaxMs);
    this.#parts.clock.after(delayMs, () => void this.#register());
  }

  async #beat(): Promise<void> {
    if (this.#stopped || !this.#registered || this.#beating) return;
    this.#beating = true;
    try {
      const status = await this.#machine.status();
      const send = this.#machine.isDue(status);
      const incarnation = this.#incarnation;
      const message = { incarnation, desiredRevision: this.#desired.revision, ...(send ? { status } : {}) };
      const { wantStatus } = await this.#link.ask('heartbeat', message, agentLimits.heartbeatMs);
      if (send) this.#sent(status);
      if (wantStatus) this.#machine.setUnsent();
    } catch {
      this.#machine.setUnsent();
      this.#lost();
    } finally {
      this.#beating = false;
    }
  }

  #sent(status: NonNullable<Node['status']>): void {
    for (const [reason, what] of this.#machine.sent(status)) {
      this.#nodeEvent(
        reason,
        what === 'start' ? 'Starting kubelet.' : `Node ${this.nodeName} status is now: ${reason}`,
      );
    }
  }

  #told(message: unknown): void {
    if (this.#stopped) return;
    const down = message as { [M in keyof NodeDownProtocol]?: Parameters<NodeDownProtocol[M]>[0] };
    if (down.desired) this.#replace(down.desired);
    if (down.changed) this.#change(down.changed);
    if (down.configChanged) this.#configChanged(down.configChanged);
  }

  /** A larger generation may have lost what we run: everything is told again before anything is stopped. */
  #replace(desired: DesiredPods, obeyed = () => {}): void {
    const obey = () => {
      this.#obey(this.#desired.replace(desired));
      obeyed();
    };
    const raised = desired.storeGeneration > this.#desired.storeGeneration;
    if (!raised || this.#actors.size === 0) return obey();
    void this.#reporter.reportAll(this.#actors.values()).then((told) => {
      // If it was not told, the next register brings the desired pods again.
      if (told && !this.#stopped) obey();
    });
  }

  #change(changed: ChangedPods): void {
    const verdict = this.#desired.change(changed);
    if (verdict.kind === 'gap') void this.#beat();
    else this.#obey(verdict);
  }

  #obey(verdict: Verdict): void {
    if (verdict.kind !== 'obey') return;
    this.#save();
    if (!this.#machine.connected) return;
    for (const uid of verdict.removed) this.#actors.get(uid)?.remove();
    for (const pod of verdict.pods) {
      const actor = this.#actors.get(pod.metadata.uid);
      if (actor) actor.update(pod);
      else this.#begin(pod);
    }
  }

  #begin(pod: Pod): void {
    const found = this.#adoption.take(pod.metadata.uid);
    const actor = new PodActor(this.#services, pod);
    this.#actors.set(actor.uid, actor);
    const begun = found !== undefined || (pod.status?.containerStatuses?.length ?? 0) > 0;
    if (!isTerminalPhase(pod.status?.phase)) {
      const verdict = begun || pod.metadata.deletionTimestamp ? undefined : this.#ledger.whyUnfit(pod);
      if (verdict) return actor.reject(verdict);
      this.#ledger.hold(pod);
    }
    actor.start(found);
  }

  #configChanged({ kind, namespace, name }: { kind: 'ConfigMap' | 'Secret'; namespace: string; name: string }): void {
    this.#config.forget(kind, namespace, name);
    const key = `${kind}/${namespace}/${name}`;
    for (const actor of this.#actors.values()) if (mentionedConfig(actor.pod).has(key)) actor.configChanged();
  }

  /** Nothing of the pod is left here: forgotten once the control plane knows, or at once if it said so itself. */
  async #gone(actor: PodActor): Promise<void> {
    this.#ledger.release(actor.uid);
    this.#reporter.forget(actor);
    this.#actors.delete(actor.uid);
    const { namespace = '', name, uid } = actor.pod.metadata;
    let delayMs: number = agentLimits.reconnectMs;
    while (!this.#stopped && this.#desired.has(uid)) {
      try {
        await this.#link.ask('podGone', { namespace, name, uid });
        break;
      } catch {
        await new Promise<void>((resolve) => this.#parts.clock.after(delayMs, resolve));
        delayMs = Math.min(delayMs * 2, agentLimits.reconnectMaxMs);
      }
    }
    this.#forgetConfig();
  }

  #forgetConfig(): void {
    const mentioned = new Set<string>();
    for (const actor of this.#actors.values()) for (const key of mentionedConfig(actor.pod)) mentioned.add(key);
    this.#config.keepOnly(mentioned);
  }

  #find({ namespace, pod }: StreamOpen): PodActor | undefined {
    for (const actor of this.#actors.values()) {
      if (actor.pod.metadata.name === pod && actor.pod.metadata.namespace === namespace) return actor;
    }
    return undefined;
  }

  /** At most a few times a second: what is lost with a crash is told again at the next register. */
  #save(): void {
    this.#saving ??= this.#parts.clock.after(SAVE_DELAY_MS, () => {
      this.#saving = undefined;
      this.#parts.dataStore.save(this.#desired.snapshot()).catch((error: Error) => {
        this.#parts.logger.warn({ node: this.nodeName, error: error.message }, 'the desired state could not be saved');
      });
    });
  }
}
