/** What a pod asks of a node. Pure, and remembered: equal pods share one request. */
import type { Container, Pod, PodSpec } from '../../schemas/meta/object.js';
import { hostPortsOf, podNeeds } from '../../schemas/kinds/pod-needs.js';
import type { NodeTerm, PodRequest } from '../../schemas/messages/auction.js';

/** What a container is thought to need when it doesn't say: spreads pods without requests. */
const SCORED_IF_UNSAID = { cpu: 100, memory: 200 * 1024 * 1024 };
const CLASSES_MAX = 4096;

function makeRequest(spec: PodSpec, key: string): PodRequest {
  const { cpu = 0, memory = 0, ...others } = podNeeds(spec);
  const scored = podNeeds(spec, SCORED_IF_UNSAID);
  const affinity = spec.affinity?.nodeAffinity;
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution;
  return {
    class: key,
    cpuMillis: cpu,
    memoryBytes: memory,
    others,
    scoredCpuMillis: scored['cpu'] ?? 0,
    scoredMemoryBytes: scored['memory'] ?? 0,
    ...(spec.nodeSelector ? { nodeSelector: spec.nodeSelector as Record<string, string> } : {}),
    ...(required ? { requiredTerms: required as NodeTerm[] } : {}),
    ...(preferred?.length
      ? { preferredTerms: preferred.map(({ weight, preference }) => ({ weight, term: preference as NodeTerm })) }
      : {}),
    tolerations: spec.tolerations ?? [],
    hostPorts: hostPortsOf(spec),
  };
}

const known = new Map<string, PodRequest>();

const asked = ({ resources, ports, restartPolicy }: Container) => [resources?.requests, ports, restartPolicy];

interface Remembered {
  readonly initContainers: unknown;
  readonly overhead: unknown;
  readonly nodeSelector: unknown;
  readonly affinity: unknown;
  readonly tolerations: unknown;
  readonly resources: unknown;
  readonly request: PodRequest;
}

/** By the array of containers, which the versions of a pod share: a change of status costs nothing. */
const remembered = new WeakMap<object, Remembered>();

/** The same request for equal pods. */
export function podRequestOf({ spec }: Pod): PodRequest {
  const last = remembered.get(spec.containers);
  if (last && isOf(last, spec)) return last.request;
  const request = interned(spec);
  const { initContainers, overhead, nodeSelector, affinity, tolerations } = spec;
  const { resources } = spec as { resources?: unknown };
  remembered.set(spec.containers, {
    initContainers,
    overhead,
    nodeSelector,
    affinity,
    tolerations,
    resources,
    request,
  });
  return request;
}

function isOf(last: Remembered, spec: PodSpec): boolean {
  return (
    last.initContainers === spec.initContainers &&
    last.overhead === spec.overhead &&
    last.nodeSelector === spec.nodeSelector &&
    last.affinity === spec.affinity &&
    last.tolerations === spec.tolerations &&
    last.resources === (spec as { resources?: unknown }).resources
  );
}

function interned(spec: PodSpec): PodRequest {
  const key = JSON.stringify([
    spec.containers.map(asked),
    spec.initContainers?.map(asked),
    (spec as any).resources?.requests,
    spec.overhead,
    spec.nodeSelector,
    spec.affinity?.nodeAffinity,
    spec.tolerations,
  ]);
  let request = known.get(key);
  if (!request) {
    if (known.size >= CLASSES_MAX) known.clear();
    request = makeRequest(spec, key);
    known.set(key, request);
  }
  return request;
}
