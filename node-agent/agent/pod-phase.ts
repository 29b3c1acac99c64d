/** A pod's phase, by the kubelet's rules. Pure. */
import type { Container, ContainerStatus, Pod } from '../../schemas/meta/object.js';
import { isSidecar, restartsAfter } from './pod-facts.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** `ending`: the pod was deleted or has to end, so that nothing is started again. */
export function phaseOf(pod: Pod, statuses: ReadonlyMap<string, ContainerStatus>, ending: boolean): Phase {
  const mains = pod.spec.containers.map((container) => ({ container, status: statuses.get(container.name) }));
  const begun = mains.some(
    ({ status }) => status?.state?.running || status?.state?.terminated || status?.lastState?.terminated,
  );
  const init = initOf(pod, statuses, begun);
  if (init === 'failed') return anyRuns(statuses) ? 'Pending' : 'Failed';
  if (init === 'pending' && !begun && !ending) return 'Pending';
  return phaseOfMains(pod, mains, statuses, ending);
}

function phaseOfMains(
  pod: Pod,
  mains: readonly { container: Container; status: ContainerStatus | undefined }[],
  statuses: ReadonlyMap<string, ContainerStatus>,
  ending: boolean,
): Phase {
  let waiting = 0;
  let restarting = 0;
  let failed = 0;
  for (const { container, status } of mains) {
    const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
    if (status?.state?.running) restarting++;
    else if (!ended) waiting++;
    else if (!ending && restartsAfter(pod, container, 'main', ended.exitCode)) restarting++;
    else if (ended.exitCode !== 0) failed++;
  }
  if (ending)
    return anyRuns(statuses) ? (waiting > 0 ? 'Pending' : 'Running') : failed + waiting > 0 ? 'Failed' : 'Succeeded';
  if (waiting > 0) return 'Pending';
  // Sidecars are part of the pod's life: it has not ended before they have.
  if (restarting > 0 || anyRuns(statuses)) return 'Running';
  return failed > 0 ? 'Failed' : 'Succeeded';
}

function initOf(
  pod: Pod,
  statuses: ReadonlyMap<string, ContainerStatus>,
  begun: boolean,
): 'pending' | 'done' | 'failed' {
  if (begun) return 'done';
  for (const container of pod.spec.initContainers ?? []) {
    const status = statuses.get(container.name);
    if (isSidecar(container)) {
      if (!status?.started) return 'pending';
      continue;
    }
    const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
    if (!ended) return 'pending';
    if (ended.exitCode !== 0) return restartsAfter(pod, container, 'init', ended.exitCode) ? 'pending' : 'failed';
  }
  return 'done';
}

function anyRuns(statuses: ReadonlyMap<string, ContainerStatus>): boolean {
  for (const status of statuses.values()) if (status.state?.running) return true;
  return false;
}
