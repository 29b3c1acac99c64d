/** One container's entry in a pod's status, in Kubernetes' shape. Pure. */
import type { Container, ContainerStatus, Pod } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ContainerState } from '../containers/container-runtime.js';
import { type ContainerKind, isSidecar } from './pod-facts.js';
import { inSandbox, LOST, type ObservedContainer, type PodObservation } from './pod-observation.js';
import { runtimeLabels } from './runtime-labels.js';

type State = NonNullable<ContainerStatus['state']>;

/** `ended`: the pod has ended, so nothing waits any more. */
export interface StatusContext {
  readonly runtimeName: string;
  readonly ended: boolean;
}

export function containerStatus(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  seen: PodObservation,
  context: StatusContext,
): ContainerStatus {
  const observed = seen.containers.get(container.name);
  const live = seen.sandbox ? inSandbox(observed, seen.sandbox) : observed?.current;
  const waiting = seen.waiting.get(container.name);
  const state = stateOf(pod, observed, live, waiting, context);
  const running = state.running !== undefined;
  const started = running && !observed?.starting && seen.probes.started(container.name);
  const current = observed?.current;
  const status: ContainerStatus = {
    name: container.name,
    state,
    lastState: lastStateOf(observed, state, context),
    ready: isReady(container, kind, state, started, seen),
    restartCount: current?.attempt ?? 0,
    image: container.image ?? current?.image ?? '',
    imageID: current ? (current.labels[runtimeLabels.imageId] ?? current.imageId) : '',
    ...(current ? { containerID: idText(current, context) } : {}),
  };
  if (kind !== 'ephemeral') status.started = started;
  if (running && kind !== 'ephemeral') addResources(status, container);
  const mounts = mountsOf(container);
  if (mounts.length > 0) status.volumeMounts = mounts as ContainerStatus['volumeMounts'];
  return status;
}

const idText = (state: ContainerState, { runtimeName }: StatusContext): string => `${runtimeName}://${state.id}`;

function isReady(
  container: Container,
  kind: ContainerKind,
  state: State,
  started: boolean,
  seen: PodObservation,
): boolean {
  if (kind === 'ephemeral') return false;
  if (kind === 'init' && !isSidecar(container)) return state.terminated?.exitCode === 0;
  return state.running !== undefined && started && seen.probes.ready(container.name);
}

function stateOf(
  pod: Pod,
  observed: ObservedContainer | undefined,
  live: ContainerState | undefined,
  waiting: { reason: string; message?: string } | undefined,
  context: StatusContext,
): State {
  if (live?.state === 'running') return { running: { startedAt: formatTime(live.startedAtMs ?? live.createdAtMs) } };
  if (waiting && !context.ended) return { waiting };
  if (live?.state === 'exited') return { terminated: terminatedOf(live, observed?.terminationMessage, context) };
  if (context.ended && observed)
    return { terminated: terminatedOf(observed.current, observed.terminationMessage, context) };
  return { waiting: { reason: (pod.spec.initContainers?.length ?? 0) > 0 ? 'PodInitializing' : 'ContainerCreating' } };
}

/** The end before this one; or this one's, while the container waits to be started again. */
function lastStateOf(observed: ObservedContainer | undefined, state: State, context: StatusContext): State {
  if (!observed) return {};
  if (state.waiting && observed.current.state === 'exited') {
    return { terminated: terminatedOf(observed.current, observed.terminationMessage, context) };
  }
  if (!observed.previous || observed.previous.state !== 'exited') return {};
  return { terminated: terminatedOf(observed.previous, observed.previousTerminationMessage, context) };
}

function terminatedOf(
  state: ContainerState,
  message: string | undefined,
  context: StatusContext,
): NonNullable<State['terminated']> {
  const exitCode = state.exitCode ?? 137;
  const text = message || state.error;
  return {
    exitCode,
    ...(state.signal ? { signal: state.signal } : {}),
    reason: reasonOf(state, exitCode),
    ...(text ? { message: text } : {}),
    startedAt: formatTime(state.startedAtMs ?? 0), // The epoch is what a kubelet says of what never started.
    finishedAt: formatTime(state.finishedAtMs ?? 0),
    containerID: idText(state, context),
  };
}

function reasonOf(state: ContainerState, exitCode: number): string {
  if (state.error === LOST) return 'ContainerStatusUnknown';
  // Docker says so also where only a child was killed.
  if (state.oomKilled && exitCode === 137) return 'OOMKilled';
  if (state.startedAtMs === undefined && state.error) return exitCode === 128 ? 'StartError' : 'ContainerCannotRun';
  return exitCode === 0 ? 'Completed' : 'Error';
}

function addResources(status: ContainerStatus, container: Container): void {
  const resources = container.resources;
  if (resources?.requests) status.allocatedResources = resources.requests;
  status.resources = {
    ...(resources?.limits ? { limits: resources.limits } : {}),
    ...(resources?.requests ? { requests: resources.requests } : {}),
  };
}

function mountsOf(container: Container): object[] {
  return (container.volumeMounts ?? []).map((mount) => ({
    name: mount.name,
    mountPath: mount.mountPath,
    ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
  }));
}
