/** The agent's picture of one pod's containers: kept up to date from what the runtime says. */
import type { Clock } from '../../runtime/process/clock.js';
import type { ContainerState, Sandbox } from '../containers/container-runtime.js';
import {
  normalized,
  type ObservedContainer,
  type PodObservation,
  type ProbeFindings,
  vanished,
  type WaitingReason,
} from './pod-observation.js';

export class PodRecord implements PodObservation {
  sandbox: Sandbox | undefined;
  volumesReady = false;
  volumePaths: ReadonlyMap<string, string> = new Map();
  readonly containers = new Map<string, ObservedContainer>();
  readonly waiting = new Map<string, WaitingReason>();

  constructor(
    private readonly clock: Clock,
    readonly probes: ProbeFindings,
  ) {}

  byId(id: string): ObservedContainer | undefined {
    for (const observed of this.containers.values()) if (observed.current.id === id) return observed;
    return undefined;
  }

  get anyRunning(): boolean {
    for (const { current } of this.containers.values()) if (current.state === 'running') return true;
    return false;
  }

  /** Takes in a container's state; answers the one that is now too old to be shown (its id), and whether the container ended just now. */
  observe(
    raw: ContainerState,
    terminationMessage?: string,
  ): { stale: string | undefined; ended: boolean; begun: boolean } {
    const state = normalized(raw, this.clock.now());
    const known = this.containers.get(state.name);
    if (known && state.attempt < known.current.attempt) return { stale: undefined, ended: false, begun: false };
    const same = known?.current.id === state.id;
    const before = same ? known.current.state : undefined;
    const ended = state.state === 'exited' && before !== 'exited';
    const previous = same ? known.previous : known?.current;
    const previousMessage = same ? known.previousTerminationMessage : known?.terminationMessage;
    const message = terminationMessage ?? (same ? known.terminationMessage : undefined);
    this.containers.set(state.name, {
      current: state,
      ...(previous ? { previous } : {}),
      ...(ended
        ? { exitedMs: this.#monotonicOf(state.finishedAtMs) }
        : same && known.exitedMs !== undefined
          ? { exitedMs: known.exitedMs }
          : {}),
      ...(message ? { terminationMessage: message } : {}),
      ...(previousMessage ? { previousTerminationMessage: previousMessage } : {}),
      ...(same && known.starting && state.state === 'running' ? { starting: true } : {}),
    });
    return {
      stale: same ? undefined : known?.previous?.id,
      ended,
      begun: state.state === 'running' && before !== 'running',
    };
  }

  /** While the postStart hook runs. */
  setStarting(name: string, starting: boolean): void {
    const known = this.containers.get(name);
    if (known) this.containers.set(name, { ...known, starting });
  }

  /** The runtime no longer has it. */
  lose(name: string): void {
    const known = this.containers.get(name);
    if (known) this.observe(vanished(known.current, this.clock.now()));
  }

  #monotonicOf(wallMs: number | undefined): number {
    const age = wallMs === undefined ? 0 : Math.max(0, this.clock.now() - wallMs);
    return this.clock.monotonic() - age;
  }
}
