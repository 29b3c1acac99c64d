/** What `kubectl get pods` shows, cell for cell as Kubernetes' own printer computes it. */
import { ageOf, humanDuration } from '../meta/human-duration.js';
import { isTerminalPhase } from '../meta/pod-phase.js';
import { parseTime } from '../meta/time.js';
import { AGE_COLUMN, column, NAME_COLUMN, wideColumn } from './define-kind.js';
import type { Cell, Column } from './kind.js';

export const podColumns: readonly Column[] = [
  NAME_COLUMN,
  column('Ready', 'Ready containers of all containers, sidecars included.'),
  column('Status', 'What the containers of this pod are doing, in one word.'),
  column('Restarts', 'How often containers of this pod were restarted, and when the last one was.'),
  AGE_COLUMN,
  wideColumn('IP', 'Address of this pod; empty until it has one.'),
  wideColumn('Node', 'Node that this pod is bound to.'),
  wideColumn('Nominated Node', 'Node where this pod waits for the place of pods that it preempts.'),
  wideColumn('Readiness Gates', 'Readiness gates whose condition is true, of all readiness gates.'),
];

/** What is learnt while walking the container statuses. */
interface Tally {
  reason: string;
  ready: number;
  restarts: number;
  /** Of the last restart, milliseconds; 0 for none. */
  restartedAt: number;
}

function noteRestart(tally: Tally, status: any): void {
  tally.restarts += status.restartCount ?? 0;
  const finishedAt = status.lastState?.terminated?.finishedAt;
  if (finishedAt) tally.restartedAt = Math.max(tally.restartedAt, parseTime(finishedAt) || 0);
}

function endReason({ reason, signal, exitCode = 0 }: any): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

/** Why initialization is not over; undefined when this container does not hold it up. */
function initReason(state: any, index: number, total: number): string {
  if (state?.terminated) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`;
  return `Init:${index}/${total}`;
}

/** Walks the init containers. Returns whether the pod is still initializing, and the sidecars' restarts. */
function tallyInit(tally: Tally, pod: any): { initializing: boolean; sidecars: Tally } {
  const specs: readonly any[] = pod.spec.initContainers ?? [];
  const statuses: readonly any[] = pod.status?.initContainerStatuses ?? [];
  const sidecars: Tally = { reason: '', ready: 0, restarts: 0, restartedAt: 0 };
  for (let i = 0; i < statuses.length; i++) {
    const status = statuses[i];
    const isSidecar = specs.some(({ name, restartPolicy }) => name === status.name && restartPolicy === 'Always');
    noteRestart(tally, status);
    if (isSidecar) noteRestart(sidecars, status);
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && status.started) {
      if (status.ready) tally.ready++;
      continue;
    }
    tally.reason = initReason(status.state, i, specs.length);
    return { initializing: true, sidecars };
  }
  return { initializing: false, sidecars };
}

const hasCondition = (pod: any, wanted: string) =>
  (pod.status?.conditions ?? []).some(({ type, status }: any) => type === wanted && status === 'True');

function tallyMain(tally: Tally, pod: any): void {
  const statuses: readonly any[] = pod.status?.containerStatuses ?? [];
  let running = false;
  for (const status of statuses.toReversed()) {
    const { state } = status;
    noteRestart(tally, status);
    if (state?.waiting?.reason) tally.reason = state.waiting.reason;
    else if (state?.terminated) tally.reason = endReason(state.terminated);
    else if (status.ready && state?.running) {
      running = true;
      tally.ready++;
    }
  }
  if (tally.reason === 'Completed' && running) tally.reason = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
}

function initialReason({ status = {} }: any): string {
  const gated = status.conditions?.some(
    ({ type, reason }: any) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  return gated ? 'SchedulingGated' : status.reason || status.phase || '';
}

function finalReason(pod: any, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return isTerminalPhase(pod.status?.phase) ? reason : 'Terminating';
}

function tallyOf(pod: any): Tally {
  const tally: Tally = { reason: initialReason(pod), ready: 0, restarts: 0, restartedAt: 0 };
  const { initializing, sidecars } = tallyInit(tally, pod);
  if (initializing && !hasCondition(pod, 'Initialized')) return tally;
  tally.restarts = sidecars.restarts;
  tally.restartedAt = sidecars.restartedAt;
  tallyMain(tally, pod);
  return tally;
}

function gatesText(pod: any): string {
  const gates: readonly any[] = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter(({ conditionType }) => hasCondition(pod, conditionType));
  return `${met.length}/${gates.length}`;
}

export function podCells(pod: any, nowMs: number): Cell[] {
  const { spec, status = {}, metadata } = pod;
  const tally = tallyOf(pod);
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }: any) => restartPolicy === 'Always').length;
  const { restarts, restartedAt } = tally;
  const since = restarts > 0 && restartedAt > 0 ? ` (${humanDuration(nowMs - restartedAt)} ago)` : '';
  return [
    metadata.name,
    `${tally.ready}/${(spec.containers?.length ?? 0) + sidecars}`,
    finalReason(pod, tally.reason),
    `${restarts}${since}`,
    ageOf(metadata.creationTimestamp, nowMs),
    status.podIPs?.[0]?.ip || status.podIP || '<none>',
    spec.nodeName || '<none>',
    status.nominatedNodeName || '<none>',
    gatesText(pod),
  ];
}
