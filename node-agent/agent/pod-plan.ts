/** What to do next for a pod that should run: (spec, observed) → actions. Pure and level-based: asked again after each thing that happened. */
import type { Container, Pod } from '../../schemas/meta/object.js';
import type { ContainerState } from '../containers/container-runtime.js';
import { type ContainerKind, isSidecar, restartsAfter } from './pod-facts.js';
import { inSandbox, isRunning, type ObservedContainer, type PodObservation } from './pod-observation.js';
import { runtimeLabels } from './runtime-labels.js';

export type PodAction =
  | { readonly kind: 'prepareVolumes' }
  | { readonly kind: 'createSandbox'; readonly attempt: number }
  | {
      readonly kind: 'start';
      readonly container: Container;
      readonly containerKind: ContainerKind;
      readonly attempt: number;
    }
  | { readonly kind: 'kill'; readonly name: string; readonly id: string; readonly message: string };

export interface PodPlan {
  readonly actions: readonly PodAction[];
  /** Nothing more will ever be started: the sidecars may end, and the pod is Succeeded or Failed. */
  readonly finished: boolean;
  /** Containers that wait for their back-off, and the monotonic time at which it ends. */
  readonly backingOff: ReadonlyMap<string, { readonly untilMs: number; readonly delayMs: number }>;
}

/** When an ended container may start again; undefined for now. */
export type WaitOf = (
  name: string,
  exitedMs: number,
) => { readonly untilMs: number; readonly delayMs: number } | undefined;

type Progress = 'pending' | 'done' | 'failed';

/** Repeatable; answers what is to be done at this moment, whatever was asked before. */
export function planPod(pod: Pod, seen: PodObservation, waitOf: WaitOf): PodPlan {
  const planner = new Planner(pod, seen, waitOf);
  planner.run();
  return planner;
}

class Planner implements PodPlan {
  readonly actions: PodAction[] = [];
  readonly backingOff = new Map<string, { untilMs: number; delayMs: number }>();
  finished = false;

  constructor(
    private readonly pod: Pod,
    private readonly seen: PodObservation,
    private readonly waitOf: WaitOf,
  ) {}

  run(): void {
    const { sandbox } = this.seen;
    if (!sandbox?.running) return this.#withoutSandbox();
    if (!this.seen.volumesReady) {
      this.actions.push({ kind: 'prepareVolumes' });
      return;
    }
    this.#ephemeral();
    const initialized = this.#initialize();
    if (initialized === 'failed') this.finished = true;
    if (initialized === 'done') this.#mains();
  }

  #withoutSandbox(): void {
    const { sandbox, containers } = this.seen;
    if (sandbox && !this.#wantsSandboxAgain()) {
      this.finished = true;
      return;
    }
    const running = [...containers.values()].filter(isRunning);
    if (sandbox && running.length > 0) {
      for (const { current } of running) this.#kill(current, 'Pod sandbox changed, it will be killed and re-created.');
      return;
    }
    if (!this.seen.volumesReady) this.actions.push({ kind: 'prepareVolumes' });
    this.actions.push({ kind: 'createSandbox', attempt: sandbox ? sandbox.attempt + 1 : 0 });
  }

  /** After a sandbox died: is there anything left to run in a new one? */
  #wantsSandboxAgain(): boolean {
    const { pod, seen } = this;
    return pod.spec.containers.some((container) => {
      const current = seen.containers.get(container.name)?.current;
      if (!current) return pod.spec.restartPolicy !== 'Never' || seen.containers.size === 0;
      return restartsAfter(pod, container, 'main', current.state === 'exited' ? (current.exitCode ?? 0) : 137);
    });
  }

  #ephemeral(): void {
    for (const container of this.pod.spec.ephemeralContainers ?? []) {
      if (!this.seen.containers.has(container.name)) this.#start(container as Container, 'ephemeral', undefined);
    }
  }

  #initialize(): Progress {
    const { pod, seen } = this;
    const begun = pod.spec.containers.some(
      ({ name }) => inSandbox(seen.containers.get(name), seen.sandbox) !== undefined,
    );
    for (const container of pod.spec.initContainers ?? []) {
      const progress = isSidecar(container) ? this.#sidecar(container) : begun ? 'done' : this.#init(container);
      if (progress === 'failed') return 'failed';
      if (progress === 'pending' && !begun) return 'pending';
    }
    return 'done';
  }

  /** A sidecar lets the next one begin once it has started (its startup probe passed, if it has one). */
  #sidecar(container: Container): Progress {
    const observed = this.seen.containers.get(container.name);
    const current = inSandbox(observed, this.seen.sandbox);
    if (!current || current.state === 'created') this.#start(container, 'init', observed);
    else if (current.state === 'exited') this.#restart(container, 'init', observed!);
    else if (this.#imageChanged(container, current)) this.#kill(current, definitionChanged(container.name));
    else if (!observed?.starting && this.seen.probes.started(container.name)) return 'done';
    return 'pending';
  }

  #init(container: Container): Progress {
    const observed = this.seen.containers.get(container.name);
    const current = inSandbox(observed, this.seen.sandbox);
    if (!current || current.state === 'created') this.#start(container, 'init', observed);
    if (current?.state !== 'exited') return 'pending';
    if (current.exitCode === 0) return 'done';
    if (!restartsAfter(this.pod, container, 'init', current.exitCode ?? 1)) return 'failed';
    this.#restart(container, 'init', observed!);
    return 'pending';
  }

  #mains(): void {
    let left = 0;
    for (const container of this.pod.spec.containers) {
      const observed = this.seen.containers.get(container.name);
      const current = inSandbox(observed, this.seen.sandbox);
      if (current?.state === 'exited') {
        if (!restartsAfter(this.pod, container, 'main', current.exitCode ?? 0)) continue;
        this.#restart(container, 'main', observed!);
      } else if (!current || current.state === 'created') {
        this.#start(container, 'main', observed);
      } else if (this.#imageChanged(container, current)) {
        this.#kill(current, definitionChanged(container.name));
      }
      left++;
    }
    this.finished = left === 0;
  }

  #restart(container: Container, kind: ContainerKind, observed: ObservedContainer): void {
    const wait = this.waitOf(container.name, observed.exitedMs ?? 0);
    if (wait) this.backingOff.set(container.name, wait);
    else this.#start(container, kind, observed);
  }

  #start(container: Container, containerKind: ContainerKind, observed: ObservedContainer | undefined): void {
    const current = observed?.current;
    const attempt = !current ? 0 : current.state === 'created' ? current.attempt : current.attempt + 1;
    this.actions.push({ kind: 'start', container, containerKind, attempt });
  }

  #kill(state: ContainerState, message: string): void {
    this.actions.push({ kind: 'kill', name: state.name, id: state.id, message });
  }

  #imageChanged(container: Container, current: ContainerState): boolean {
    const image = current.labels[runtimeLabels.image];
    return image !== undefined && image !== container.image;
  }
}

const definitionChanged = (name: string): string => `Container ${name} definition changed, will be restarted`;

/** Which containers to stop next, all at once; empty when none runs. The others first, then sidecars in reverse order. */
export function nextToStop(pod: Pod, seen: PodObservation, finishedNormally: boolean): readonly ContainerState[] {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map((container) => container.name));
  const running = [...seen.containers.values()].filter(isRunning).map((observed) => observed.current);
  const others = running.filter((state) => !sidecars.has(state.name));
  // A pod that ended by itself keeps nothing waiting: what still runs then are sidecars and ephemeral containers.
  if (others.length > 0) return finishedNormally ? others.filter((state) => state.kind !== 'main') : others;
  const order = (pod.spec.initContainers ?? []).map((container) => container.name);
  const last = running.sort((a, b) => order.indexOf(b.name) - order.indexOf(a.name))[0];
  return last ? [last] : [];
}
