/** What is observed of a pod → its status, in Kubernetes' exact shape. Pure. */
import { qosClassOf } from '../../schemas/kinds/pod-qos.js';
import type { Condition, Container, ContainerStatus, Pod, PodStatus } from '../../schemas/meta/object.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';
import { formatTime } from '../../schemas/meta/time.js';
import { containerStatus } from './container-status.js';
import { conditionsOf } from './pod-conditions.js';
import type { ContainerKind } from './pod-facts.js';
import type { PodObservation } from './pod-observation.js';
import { type Phase, phaseOf } from './pod-phase.js';

/** Why a pod ended otherwise than by its containers: `DeadlineExceeded`, `OutOfcpu`, … */
export interface PodVerdict {
  readonly reason: string;
  readonly message: string;
}

export interface PodStatusContext {
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
  readonly nowMs: number;
  readonly startedAtMs: number;
  /** Nothing will be started again. */
  readonly ending: boolean;
  /** All containers have stopped, after `ending`. */
  readonly stopped: boolean;
  readonly verdict?: PodVerdict;
}

/** `before`: the last status made by this function, else what the API has. A pod that was Succeeded or Failed stays so. */
export function podStatus(
  pod: Pod,
  seen: PodObservation,
  before: PodStatus | undefined,
  context: PodStatusContext,
): PodStatus {
  const inner = { runtimeName: context.runtimeName, ended: context.stopped };
  const all = new Map<string, ContainerStatus>();
  const of = (containers: readonly Container[] | undefined, kind: ContainerKind): ContainerStatus[] =>
    (containers ?? []).map((container) => {
      const status = containerStatus(pod, container, kind, seen, inner);
      all.set(container.name, status);
      return status;
    });
  const main = of(pod.spec.containers, 'main');
  const init = of(pod.spec.initContainers, 'init');
  const ephemeral = of(pod.spec.ephemeralContainers as Container[] | undefined, 'ephemeral');

  const phase = finalPhase(pod, all, before, context);
  const time = formatTime(context.nowMs);
  const earlier = (before?.conditions ?? pod.status?.conditions ?? []) as Condition[];
  const sandboxReady = seen.sandbox?.running === true && !context.stopped;
  const ips = pod.spec.hostNetwork ? context.hostIPs : (seen.sandbox?.ips ?? []);
  const known = ips.length > 0 ? ips : (before?.podIPs ?? []).map(({ ip }) => ip);
  const verdict = context.verdict;
  const generation = pod.metadata.generation;
  return {
    ...(generation ? { observedGeneration: generation } : {}),
    phase,
    conditions: conditionsOf(pod, phase, all, sandboxReady, earlier, time) as PodStatus['conditions'],
    ...(verdict && isTerminalPhase(phase) ? { message: verdict.message, reason: verdict.reason } : {}),
    ...(context.hostIPs[0] ? { hostIP: context.hostIPs[0], hostIPs: context.hostIPs.map((ip) => ({ ip })) } : {}),
    ...(known[0] ? { podIP: known[0], podIPs: known.map((ip) => ({ ip })) } : {}),
    startTime: formatTime(context.startedAtMs),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: main,
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  };
}

function finalPhase(
  pod: Pod,
  all: ReadonlyMap<string, ContainerStatus>,
  before: PodStatus | undefined,
  context: PodStatusContext,
): Phase {
  if (isTerminalPhase(before?.phase)) return before!.phase as Phase;
  if (context.verdict && context.stopped) return 'Failed';
  const phase = phaseOf(pod, all, context.ending);
  // Terminal only once everything has stopped: others read it as "nothing of it runs any more".
  if (isTerminalPhase(phase) && !context.stopped) return 'Running';
  return phase;
}

/** The status of a pod that the node refuses to run. */
export function rejectedStatus(pod: Pod, verdict: PodVerdict, nowMs: number): PodStatus {
  const generation = pod.metadata.generation;
  return {
    ...(generation ? { observedGeneration: generation } : {}),
    phase: 'Failed',
    message: `Pod was rejected: ${verdict.message}`,
    reason: verdict.reason,
    startTime: formatTime(nowMs),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  };
}
