/** What the agent knows of one pod on its machine: the input of the plan and of the status, both pure. */
import type { ContainerState, Sandbox } from '../containers/container-runtime.js';
import { runtimeLabels } from './runtime-labels.js';

/** The newest container of a name, and the one before it (`lastState`, `logs --previous`). */
export interface ObservedContainer {
  readonly current: ContainerState;
  readonly previous?: ContainerState;
  /** Monotonic; when its end was seen. */
  readonly exitedMs?: number;
  /** The end's message: the termination file, or the last lines of the log. */
  readonly terminationMessage?: string;
  readonly previousTerminationMessage?: string;
  /** The postStart hook has not returned yet: it counts as not started. */
  readonly starting?: boolean;
}

/** Why a container isn't running: becomes `state.waiting`. */
export interface WaitingReason {
  readonly reason: string;
  readonly message?: string;
}

/** What probes have found; undefined where nothing was found yet. */
export interface ProbeFindings {
  /** The startup probe has passed. */
  started(container: string): boolean;
  /** The readiness probe's last result. */
  ready(container: string): boolean;
}

export interface PodObservation {
  readonly sandbox: Sandbox | undefined;
  readonly volumesReady: boolean;
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  readonly probes: ProbeFindings;
}

/** Did the container join the pod's present sandbox? One of an earlier sandbox is history. */
export function inSandbox(
  observed: ObservedContainer | undefined,
  sandbox: Sandbox | undefined,
): ContainerState | undefined {
  if (!observed || !sandbox) return undefined;
  const attempt = observed.current.labels[runtimeLabels.sandboxAttempt];
  return attempt === undefined || Number(attempt) === sandbox.attempt ? observed.current : undefined;
}

export const isRunning = (observed: ObservedContainer | undefined): boolean => observed?.current.state === 'running';

/** A container that could not be started counts as ended, so that it is tried again with the next attempt. */
export function normalized(state: ContainerState, nowMs: number): ContainerState {
  if (state.state !== 'created' || !state.error) return state;
  return { ...state, state: 'exited', exitCode: state.exitCode || 128, finishedAtMs: state.finishedAtMs ?? nowMs };
}

/** Where a container that we knew has vanished from the machine. */
export function vanished(state: ContainerState, nowMs: number): ContainerState {
  if (state.state === 'exited') return state;
  return { ...state, state: 'exited', exitCode: 137, error: LOST, finishedAtMs: nowMs };
}

/** The kubelet's words for it. */
export const LOST = 'The container could not be located when the pod was terminated';
