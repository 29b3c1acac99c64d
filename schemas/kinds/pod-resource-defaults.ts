/** Resource lists: their canonical form, and the defaults between limits and requests, containers and pod. */
import type { PodSpec } from '../meta/object.js';
import { addQuantities, canonicalQuantity, compareQuantities, milliOf, quantityOfMilli } from '../meta/quantity.js';

export type ResourceList = Record<string, string | number>;

export interface Requirements {
  limits?: ResourceList;
  requests?: ResourceList;
}

/** `0.5` → `500m`, `1024Mi` → `1Gi`, the number 1 → `"1"`, as Go prints what it has read; finer than a thousandth is rounded up. */
function canonicalizeList(list: ResourceList): void {
  for (const name in list) {
    const text = list[name]!;
    const canonical = canonicalQuantity(text);
    if (canonical === undefined || canonical === text) continue; // What is no quantity is left for validation.
    const last = canonical.charCodeAt(canonical.length - 1);
    const tooFine = last === 110 || last === 117; // n, u
    list[name] = tooFine ? quantityOfMilli(milliOf(text)) : canonical;
  }
}

export function canonicalizeResources(resources: object): void {
  const { limits, requests } = resources as Requirements;
  if (limits) canonicalizeList(limits);
  if (requests) canonicalizeList(requests);
}

/** A limit without a request is a request too. */
export function defaultRequestsFromLimits(resources: object): void {
  const { limits } = resources as Requirements;
  if (!limits) return;
  const requests = ((resources as Requirements).requests ??= {});
  for (const name in limits) requests[name] ??= limits[name]!;
}

const isSidecar = (container: { restartPolicy?: string }) => container.restartPolicy === 'Always';

function addTo(total: ResourceList, list: ResourceList | undefined): void {
  if (list)
    for (const name in list) total[name] = name in total ? addQuantities(total[name]!, list[name]!) : list[name]!;
}

function raiseTo(total: ResourceList, list: ResourceList): void {
  for (const name in list) {
    if (!(name in total) || compareQuantities(list[name]!, total[name]!) > 0) total[name] = list[name]!;
  }
}

/** What the containers need together: the sum of those that run together, or the greatest need during initialization (KEP-753). */
export function aggregateContainers(spec: PodSpec, which: 'limits' | 'requests'): ResourceList {
  const total: ResourceList = {};
  const sidecars: ResourceList = {};
  const initNeed: ResourceList = {};
  for (const container of spec.containers ?? [])
    addTo(total, (container.resources as Requirements | undefined)?.[which]);
  for (const container of spec.initContainers ?? []) {
    const list = (container.resources as Requirements | undefined)?.[which];
    if (isSidecar(container)) {
      addTo(total, list);
      addTo(sidecars, list);
      raiseTo(initNeed, sidecars);
    } else {
      const during = { ...sidecars };
      addTo(during, list);
      raiseTo(initNeed, during);
    }
  }
  raiseTo(total, initNeed);
  return total;
}

export const isHugePages = (name: string) => name.startsWith('hugepages-');
/** What `spec.resources` may name (KEP-2837). */
export const isPodLevelResource = (name: string) => name === 'cpu' || name === 'memory' || isHugePages(name);

/** Pod-level requests default to what the containers need, else to the pod-level limits. */
export function defaultPodLevelResources(spec: PodSpec): void {
  const resources = spec.resources as Requirements;
  if (!resources.limits && !resources.requests) return;
  for (const [name, need] of Object.entries(aggregateContainers(spec, 'limits'))) {
    if (!isHugePages(name) || resources.requests?.[name] !== undefined) continue;
    resources.limits ??= {};
    resources.limits[name] ??= need;
  }
  if (!resources.limits || Object.keys(resources.limits).length === 0) return;
  const requests = { ...resources.requests };
  for (const [name, need] of Object.entries(aggregateContainers(spec, 'requests'))) {
    if (isPodLevelResource(name) && !isHugePages(name)) requests[name] ??= need;
  }
  for (const [name, limit] of Object.entries(resources.limits)) if (isPodLevelResource(name)) requests[name] ??= limit;
  // A spec that is complete may be shared and frozen: it is not written to.
  if (Object.keys(requests).length > Object.keys(resources.requests ?? {}).length) resources.requests = requests;
}
