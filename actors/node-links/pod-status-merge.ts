/** An agent's report and what the API has → the status to commit. Pure. */
import type { Condition, Pod, PodStatus } from '../../schemas/meta/object.js';
import { isTerminalPhase } from '../../schemas/meta/pod-phase.js';

/** Conditions that the scheduler set stand, as do those of readiness gates; a pod that has ended stays so. Undefined: nothing to commit. */
export function mergedStatus(pod: Pod, reported: PodStatus): PodStatus | undefined {
  const current = pod.status ?? {};
  if (isTerminalPhase(current.phase) && !isTerminalPhase(reported.phase)) return undefined;
  const { reason: _reason, message: _message, ...kept } = current;
  const merged: PodStatus = { ...kept, ...reported, conditions: conditionsOf(current, reported) };
  if (isTerminalPhase(current.phase)) merged.phase = current.phase;
  if (!reported.conditions && !merged.conditions?.length) delete merged.conditions;
  return JSON.stringify(merged) === JSON.stringify(current) ? undefined : merged;
}

function conditionsOf(current: PodStatus, reported: PodStatus): PodStatus['conditions'] {
  const existing = (current.conditions ?? []) as Condition[];
  const scheduled = existing.find(({ type }) => type === 'PodScheduled');
  const own = ((reported.conditions ?? []) as Condition[]).map((condition) => {
    if (condition.type !== 'PodScheduled' || scheduled?.status !== 'True') return condition;
    return {
      ...condition,
      ...scheduled,
      ...(condition.observedGeneration ? { observedGeneration: condition.observedGeneration } : {}),
    };
  });
  const types = new Set(own.map(({ type }) => type));
  return [...own, ...existing.filter(({ type }) => !types.has(type))] as PodStatus['conditions'];
}

const AGENTS_OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/** Changes exactly when the agent has to be told: not for the echo of its own reports. */
export function agentsConcern({ metadata, status }: Pod): string {
  const gates = ((status?.conditions ?? []) as Condition[]).filter(({ type }) => !AGENTS_OWN.has(type));
  return JSON.stringify([
    metadata.uid,
    metadata.generation,
    metadata.deletionTimestamp,
    metadata.deletionGracePeriodSeconds,
    metadata.labels,
    metadata.annotations,
    gates,
  ]);
}
