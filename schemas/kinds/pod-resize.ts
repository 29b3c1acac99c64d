/** The resize subresource: cpu and memory of containers and sidecars, in place (KEP-1287). */
import { deepEqual } from '../meta/deep-equal.js';
import { forbidden, invalid } from '../meta/field-errors.js';
import type { TargetRules } from './kind.js';
import { MIRROR } from './pod-annotations.js';
import type { Errors } from './pod-field-rules.js';
import { type Path, SPEC } from './pod-path.js';
import { qosClassOf } from './pod-qos.js';

/** The old containers with the new resources; the new list itself where containers were added, removed or renamed, for validation to refuse. */
function resized(next: readonly any[] | undefined, previous: readonly any[] | undefined): readonly any[] | undefined {
  if (!next?.length || !previous || next.length !== previous.length) return next;
  if (next.some(({ name }, i) => name !== previous[i].name)) return next;
  return previous.map((old, i) => {
    const { resources, resizePolicy } = next[i];
    return { ...old, resources, resizePolicy };
  });
}

function isRemoved(next: object = {}, previous: object = {}): boolean {
  return Object.keys(previous).some((name) => !(name in next));
}

function checkContainer(errors: Errors, path: Path, next: any = {}, previous: any = {}): void {
  if (isRemoved(next.requests, previous.requests)) {
    errors.push(forbidden(path.child('requests'), 'resource requests cannot be removed'));
  }
  if (isRemoved(next.limits, previous.limits)) {
    errors.push(forbidden(path.child('limits'), 'resource limits cannot be removed'));
  }
}

/** What is left of the resources when cpu and memory are taken away. */
function others(list: Record<string, unknown> | undefined): object {
  const { cpu: _cpu, memory: _memory, ...rest } = list ?? {};
  return rest;
}

function changesOnlyCpuAndMemory(next: any, previous: any): boolean {
  const { resources: after = {}, resizePolicy: _a, ...nextRest } = next;
  const { resources: before = {}, resizePolicy: _b, ...previousRest } = previous;
  return (
    deepEqual(nextRest, previousRest) &&
    deepEqual(others(after.limits), others(before.limits)) &&
    deepEqual(others(after.requests), others(before.requests)) &&
    deepEqual(after.claims, before.claims)
  );
}

function whyNever(previous: any): string | undefined {
  const { limits = {}, requests = {} } = previous.spec.resources ?? {};
  if (Object.keys(limits).length + Object.keys(requests).length > 0)
    return 'pods with pod-level resources cannot be resized';
  if (previous.metadata.annotations?.[MIRROR] !== undefined) return 'static pods cannot be resized';
  return previous.spec.os?.name === 'windows' ? 'windows pods cannot be resized' : undefined;
}

function checkInitContainer(errors: Errors, path: Path, next: any, previous: any): void {
  if (previous.restartPolicy !== 'Always') {
    if (!deepEqual(next, previous)) {
      errors.push(forbidden(SPEC, 'resources for non-sidecar init containers are immutable'));
    }
    return;
  }
  checkContainer(errors, path.child('resources'), next.resources, previous.resources);
  if (!changesOnlyCpuAndMemory(next, previous)) {
    errors.push(forbidden(SPEC, 'only cpu and memory resources for sidecar containers are mutable'));
  }
}

function checkAll(errors: Errors, next: any, previous: any): void {
  const { containers, initContainers = [] } = previous;
  if (next.containers.length !== containers.length || (next.initContainers ?? []).length !== initContainers.length) {
    errors.push(forbidden(SPEC, 'pod updates may not add or remove containers'));
    return;
  }
  initContainers.forEach((old: any, i: number) => {
    checkInitContainer(errors, SPEC.child('initContainers').index(i), next.initContainers[i], old);
  });
  containers.forEach((old: any, i: number) => {
    const now = next.containers[i];
    checkContainer(errors, SPEC.child('containers').index(i).child('resources'), now.resources, old.resources);
    if (!changesOnlyCpuAndMemory(now, old)) errors.push(forbidden(SPEC, 'only cpu and memory resources are mutable'));
  });
}

export const resizeRules: TargetRules = {
  prepare(next, previous) {
    const containers = resized(next.spec.containers, previous.spec.containers);
    const initContainers = resized(next.spec.initContainers, previous.spec.initContainers);
    next.spec = { ...previous.spec, containers, ...(initContainers ? { initContainers } : {}) };
    next.status = previous.status;
    next.metadata.ownerReferences = previous.metadata.ownerReferences;
    next.metadata.finalizers = previous.metadata.finalizers;
  },

  validate(next, previous) {
    const never = whyNever(previous);
    if (never) return [forbidden('', never)];
    const errors: Errors = [];
    const qosClass = previous.status?.qosClass ?? qosClassOf(previous);
    if (qosClassOf(next) !== qosClass) {
      errors.push(invalid(SPEC, qosClass, 'Pod QOS Class may not change as a result of resizing'));
    }
    checkAll(errors, next.spec, previous.spec);
    return errors;
  },
};
