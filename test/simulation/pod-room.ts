/** What a pod needs of a node, counted by other means than the scheduler's: containers' requests alone, in the units that the workload uses. */
import type { Pod } from '../../schemas/meta/object.js';

export interface Room {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

export function cpuMillisOf(text: string | number | undefined): number {
  const quantity = String(text ?? '0');
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1_000;
}

export function memoryBytesOf(text: string | number | undefined): number {
  const [, number, unit = ''] = /^(\d+)(Ki|Mi|Gi)?$/.exec(String(text ?? '0')) ?? [];
  return Number(number) * ({ Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 }[unit] ?? 1);
}

export function roomOf(pod: Pod): Room {
  let cpuMillis = 0;
  let memoryBytes = 0;
  for (const { resources } of pod.spec.containers) {
    cpuMillis += cpuMillisOf(resources?.requests?.['cpu']);
    memoryBytes += memoryBytesOf(resources?.requests?.['memory']);
  }
  return { cpuMillis, memoryBytes, pods: 1 };
}

export function isFinishedPod({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
