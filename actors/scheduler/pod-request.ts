/** What a pod asks of a node. Pure, and remembered: equal pods share one request. */
import type { Container, Pod, PodSpec } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';
import type { HostPort, NodeTerm, PodRequest } from '../../schemas/messages/auction.js';

/** What a container is thought to need when it doesn't say: spreads pods without requests. */
const SCORED_CPU_MILLIS = 100;
const SCORED_MEMORY_BYTES = 200 * 1024 * 1024;
const CLASSES_MAX = 4096;

type Amounts = Record<string, number>;

const amountOf = (resource: string, text: string | number): number =>
  resource === 'cpu' ? milliOf(text) : valueOf(text);

function amountsOf(requests: object | undefined, scored: boolean): Amounts {
  const amounts: Amounts = scored ? { cpu: SCORED_CPU_MILLIS, memory: SCORED_MEMORY_BYTES } : {};
  for (const [resource, text] of Object.entries(requests ?? {})) amounts[resource] = amountOf(resource, text);
  return amounts;
}

function add(total: Amounts, more: Amounts): void {
  for (const resource in more) total[resource] = (total[resource] ?? 0) + (more[resource] ?? 0);
}

function raise(total: Amounts, least: Amounts): void {
  for (const resource in least) total[resource] = Math.max(total[resource] ?? 0, least[resource] ?? 0);
}

/** Containers and sidecars together, or the most that any init container needs beside the sidecars started before it; and overhead. */
function needs(spec: PodSpec, scored: boolean): Amounts {
  const total: Amounts = {};
  for (const { resources } of spec.containers) add(total, amountsOf(resources?.requests, scored));
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container.resources?.requests, scored);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  add(total, sidecars);
  raise(total, peak);
  // Requests of the pod as a whole (KEP-2837) stand for those of its containers.
  Object.assign(total, amountsOf((spec as any).resources?.requests, false));
  add(total, amountsOf(spec.overhead, false));
  return total;
}

function hostPortsOf(spec: PodSpec): HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...spec.containers, ...sidecars] as Container[]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort) ports.push({ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort });
    }
  }
  return ports;
}

function makeRequest(spec: PodSpec, key: string): PodRequest {
  const { cpu = 0, memory = 0, ...others } = needs(spec, false);
  const scored = needs(spec, true);
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
