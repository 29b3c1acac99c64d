/** What `kubectl get pods` shows, cell for cell as Kubernetes' own printer computes it. */
import { ageOf, humanDuration } from '../meta/human-duration.js';
import { parseTime } from '../meta/time.js';
import type { Cell, Column } from './kind.js';

const RESTARTS =
  'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.';
const NODE_NAME =
  'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName.';
const NOMINATED =
  'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods.';
const GATES =
  'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True"';
const CREATED =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.';
const NAME =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated.';

export const NAME_COLUMN: Column = { name: 'Name', type: 'string', format: 'name', description: NAME, priority: 0 };
export const AGE_COLUMN: Column = { name: 'Age', type: 'string', description: CREATED, priority: 0 };

const text = (name: string, description: string, priority: 0 | 1 = 0): Column => ({
  name,
  type: 'string',
  description,
  priority,
});

export const podColumns: readonly Column[] = [
  NAME_COLUMN,
  text('Ready', 'The aggregate readiness state of this pod for accepting traffic.'),
  text('Status', 'The aggregate status of the containers in this pod.'),
  text('Restarts', RESTARTS),
  AGE_COLUMN,
  text('IP', 'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.', 1),
  text('Node', NODE_NAME, 1),
  text('Nominated Node', NOMINATED, 1),
  text('Readiness Gates', GATES, 1),
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

const isTerminal = (phase: string | undefined) => phase === 'Succeeded' || phase === 'Failed';

function finalReason(pod: any, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return isTerminal(pod.status?.phase) ? reason : 'Terminating';
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

/** The STATUS column: `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`, … */
export function podStatusText(pod: any): string {
  return finalReason(pod, tallyOf(pod).reason);
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
    `${tally.ready}/${spec.containers.length + sidecars}`,
    finalReason(pod, tally.reason),
    `${restarts}${since}`,
    ageOf(metadata.creationTimestamp, nowMs),
    status.podIPs?.[0]?.ip || status.podIP || '<none>',
    spec.nodeName || '<none>',
    status.nominatedNodeName || '<none>',
    gatesText(pod),
  ];
}
