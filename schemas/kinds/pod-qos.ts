/** The quality-of-service class of a pod, which decides who is killed first when memory runs out. */
import type { PodSpec } from '../meta/object.js';
import { milliOf } from '../meta/quantity.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

interface Sums {
  cpuRequest: number;
  cpuLimit: number;
  memoryRequest: number;
  memoryLimit: number;
  /** Each holder limits both cpu and memory. */
  allLimited: boolean;
}

const milliOr0 = (quantity: string | number | undefined) =>
  quantity === undefined ? 0 : Math.max(0, milliOf(quantity));

/** A limit without a request is a request too, also before defaulting. */
function addHolder(sums: Sums, resources: any): void {
  const limits = resources?.limits;
  const requests = resources?.requests;
  const cpuLimit = milliOr0(limits?.cpu);
  const memoryLimit = milliOr0(limits?.memory);
  sums.cpuLimit += cpuLimit;
  sums.memoryLimit += memoryLimit;
  sums.cpuRequest += milliOr0(requests?.cpu ?? limits?.cpu);
  sums.memoryRequest += milliOr0(requests?.memory ?? limits?.memory);
  if (cpuLimit === 0 || memoryLimit === 0) sums.allLimited = false;
}

const hasPodLevelResources = (spec: PodSpec) => {
  const { limits, requests } = (spec.resources ?? {}) as { limits?: object; requests?: object };
  return Object.keys(limits ?? {}).length + Object.keys(requests ?? {}).length > 0;
};

/** Pure. Takes `status.qosClass` for nothing: the class follows from the spec alone. */
export function qosClassOf(pod: { spec: PodSpec }): QosClass {
  const { spec } = pod;
  const sums: Sums = { cpuRequest: 0, cpuLimit: 0, memoryRequest: 0, memoryLimit: 0, allLimited: true };
  if (spec.resources && hasPodLevelResources(spec)) addHolder(sums, spec.resources);
  else {
    for (const { resources } of spec.containers ?? []) addHolder(sums, resources);
    for (const { resources } of spec.initContainers ?? []) addHolder(sums, resources);
  }
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit, allLimited } = sums;
  if (cpuRequest === 0 && cpuLimit === 0 && memoryRequest === 0 && memoryLimit === 0) return 'BestEffort';
  return allLimited && cpuRequest === cpuLimit && memoryRequest === memoryLimit ? 'Guaranteed' : 'Burstable';
}
