/** The conditions that a node's agent owns, in the kubelet's order and words. Pure. */
import type { Condition, Container, ContainerStatus, Pod } from '../../schemas/meta/object.js';
import { isSidecar } from './pod-facts.js';
import type { Phase } from './pod-phase.js';

type Draft = { type: string; status: 'True' | 'False'; reason?: string; message?: string };
type Statuses = ReadonlyMap<string, ContainerStatus>;

/** `foreign`: the pod's conditions that others own, for readiness gates. Times are kept where the status is unchanged. */
export function conditionsOf(
  pod: Pod,
  phase: Phase,
  statuses: Statuses,
  sandboxReady: boolean,
  before: readonly Condition[],
  time: string,
): Condition[] {
  const containersReady = containersReadyOf(pod, phase, statuses);
  const drafts: Draft[] = [
    { type: 'PodReadyToStartContainers', status: sandboxReady ? 'True' : 'False' },
    initializedOf(pod, phase, statuses),
    readyOf(pod, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
  return drafts.map((draft) => withTime(pod, draft, before, time));
}

function withTime(pod: Pod, draft: Draft, before: readonly Condition[], time: string): Condition {
  const earlier = before.find((condition) => condition.type === draft.type);
  const same = earlier?.status === draft.status;
  const { type, status, reason, message } = draft;
  return {
    type,
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    status,
    lastProbeTime: null,
    lastTransitionTime: same && earlier.lastTransitionTime ? earlier.lastTransitionTime : time,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
  } as Condition;
}

const listed = (names: readonly string[]): string => `[${names.join(' ')}]`;

function messageOf(unknown: readonly string[], unready: readonly string[], word: string): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${listed(unknown)}`);
  if (unready.length > 0) parts.push(`containers with ${word} status: ${listed(unready)}`);
  return parts.join(', ');
}

function containersReadyOf(pod: Pod, phase: Phase, statuses: Statuses): Draft {
  const type = 'ContainersReady';
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  const watched = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unknown = watched.filter(({ name }) => !statuses.has(name)).map(({ name }) => name);
  const unready = watched.filter(({ name }) => statuses.get(name)?.ready === false).map(({ name }) => name);
  const message = messageOf(unknown, unready, 'unready');
  return message ? { type, status: 'False', reason: 'ContainersNotReady', message } : { type, status: 'True' };
}

function initializedOf(pod: Pod, phase: Phase, statuses: Statuses): Draft {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = pod.spec.containers.some(({ name }) => {
    const status = statuses.get(name);
    return status?.state?.running || status?.state?.terminated || status?.lastState?.terminated;
  });
  if (begun) return { type, status: 'True' };
  const init = pod.spec.initContainers ?? [];
  const unknown = init.filter(({ name }) => !statuses.has(name)).map(({ name }) => name);
  const incomplete = init.filter((container) => isIncomplete(container, statuses)).map(({ name }) => name);
  const message = messageOf(unknown, incomplete, 'incomplete');
  return message ? { type, status: 'False', reason: 'ContainersNotInitialized', message } : { type, status: 'True' };
}

function isIncomplete(container: Container, statuses: Statuses): boolean {
  const status = statuses.get(container.name);
  if (!status) return false;
  return isSidecar(container) ? !status.started : !status.ready;
}

function readyOf(pod: Pod, containersReady: Draft): Draft {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const parts: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!condition) parts.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True') {
      parts.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
    }
  }
  if (parts.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: parts.join(', ') };
}
