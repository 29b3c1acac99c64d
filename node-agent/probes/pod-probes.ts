/** All probes of one pod: who is probed when, and what was found. */
import type { Clock } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import type { Container, Pod } from '../../schemas/meta/object.js';
import type { ContainerState } from '../containers/container-runtime.js';
import type { ProbeFindings } from '../agent/pod-observation.js';
import { type ProbeType, ProbeWorker } from './probe-worker.js';
import { type Probe, type ProbeMeans, runProbe } from './run-probe.js';

export interface PodProbesOptions extends ProbeMeans {
  readonly clock: Clock;
  readonly random: Random;
  onUnhealthy(container: string, message: string): void;
  /** Readiness or startedness changed. */
  onChange(): void;
  /** Liveness or startup failed for good: the container is to be restarted. */
  onDead(container: string, id: string, type: 'Liveness' | 'Startup', graceSeconds: number | undefined): void;
}

interface Probed {
  readonly id: string;
  readonly container: Container;
  started: boolean;
  ready: boolean;
  workers: ProbeWorker[];
}

/** What the API last knew of a container that runs since before this agent: its probes needn't begin anew. */
export interface EarlierFindings {
  readonly started: boolean;
  readonly ready: boolean;
}

export class PodProbes implements ProbeFindings {
  readonly #probed = new Map<string, Probed>();
  #podIP = '';

  constructor(private readonly options: PodProbesOptions) {}

  started(name: string): boolean {
    return this.#probed.get(name)?.started ?? true;
  }

  ready(name: string): boolean {
    return this.#probed.get(name)?.ready ?? true;
  }

  /** Begins probing a container that has just been seen running; does nothing for one that is probed already or has no probes. */
  add(
    pod: Pod,
    container: Container,
    state: ContainerState,
    podIP: string,
    earlier: EarlierFindings | undefined,
  ): void {
    this.#podIP = podIP;
    if (this.#probed.get(container.name)?.id === state.id) return;
    this.remove(container.name);
    if (!container.startupProbe && !container.livenessProbe && !container.readinessProbe) return;
    const probed: Probed = {
      id: state.id,
      container,
      started: !container.startupProbe || (earlier?.started ?? false),
      ready: !container.readinessProbe || (earlier?.ready ?? false),
      workers: [],
    };
    this.#probed.set(container.name, probed);
    const age = Math.max(0, this.options.clock.now() - (state.startedAtMs ?? this.options.clock.now()));
    const startedMs = this.options.clock.monotonic() - age;
    if (probed.started) this.#watch(pod, probed, startedMs);
    else this.#worker(pod, probed, 'Startup', container.startupProbe!, startedMs, false);
  }

  /** Ends all probes but readiness, which goes on while a pod terminates. */
  terminate(): void {
    for (const probed of this.#probed.values()) {
      for (const worker of probed.workers) worker.stop();
      probed.workers = [];
    }
  }

  remove(name: string): void {
    for (const worker of this.#probed.get(name)?.workers ?? []) worker.stop();
    this.#probed.delete(name);
  }

  stop(): void {
    for (const name of this.#probed.keys()) this.remove(name);
  }

  #watch(pod: Pod, probed: Probed, startedMs: number): void {
    const { livenessProbe, readinessProbe } = probed.container;
    if (livenessProbe) this.#worker(pod, probed, 'Liveness', livenessProbe, startedMs, true);
    if (readinessProbe) this.#worker(pod, probed, 'Readiness', readinessProbe, startedMs, probed.ready);
  }

  #worker(pod: Pod, probed: Probed, type: ProbeType, probe: Probe, containerStartedMs: number, initial: boolean): void {
    const { clock, random } = this.options;
    const worker = new ProbeWorker({
      type,
      probe,
      clock,
      random,
      containerStartedMs,
      initial,
      run: () =>
        runProbe(probe, { container: probed.container, containerId: probed.id, podIP: this.#podIP }, this.options),
      onFailure: (message) => this.options.onUnhealthy(probed.container.name, message),
      onResult: (success) => this.#found(pod, probed, type, probe, success, containerStartedMs, worker),
    });
    probed.workers.push(worker);
  }

  #found(
    pod: Pod,
    probed: Probed,
    type: ProbeType,
    probe: Probe,
    success: boolean,
    startedMs: number,
    worker: ProbeWorker,
  ): void {
    if (this.#probed.get(probed.container.name) !== probed) return;
    if (type === 'Readiness') {
      probed.ready = success;
      this.options.onChange();
    } else if (!success) {
      for (const other of probed.workers) other.stop();
      this.options.onDead(probed.container.name, probed.id, type, probe.terminationGracePeriodSeconds);
    } else if (type === 'Startup') {
      worker.stop();
      probed.workers = [];
      probed.started = true;
      this.#watch(pod, probed, startedMs);
      this.options.onChange();
    }
  }
}
