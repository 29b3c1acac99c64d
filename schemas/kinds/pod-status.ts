/** The status of a pod: how it begins, and what may be written to it. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { duplicate, forbidden, IMMUTABLE, invalid, pushInvalid } from '../meta/field-errors.js';
import { dns1123Subdomain, qualifiedName } from '../meta/names.js';
import { isIpv4 } from './ip-rules.js';
import { checkPodAnnotationUpdate } from './pod-annotations.js';
import { checkAddress } from './pod-dns.js';
import { checkId, checkIds, type Errors } from './pod-field-rules.js';
import { METADATA, type Path, STATUS } from './pod-path.js';
import { qosClassOf } from './pod-qos.js';

const GATED_MESSAGE = 'Scheduling is blocked due to non-empty scheduling gates';

/** Of a pod that was just asked for. */
export function initialPodStatus(pod: any): object {
  const status = { phase: 'Pending', qosClass: qosClassOf(pod) };
  if (!pod.spec.schedulingGates?.length) return status;
  const gated = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: GATED_MESSAGE };
  return { ...status, conditions: [gated] };
}

/** Conditions that the writer left without an observedGeneration keep the one they had. */
function withGenerations(conditions: readonly any[] | undefined, previous: readonly any[] | undefined) {
  if (!conditions || !previous || conditions === previous) return conditions;
  if (conditions.every(({ observedGeneration }) => observedGeneration)) return conditions;
  return conditions.map((condition) => {
    if (condition.observedGeneration) return condition;
    const observedGeneration = previous.find(({ type }) => type === condition.type)?.observedGeneration;
    return observedGeneration ? { ...condition, observedGeneration } : condition;
  });
}

/** In place on `next`: only the status, labels, annotations and finalizers are the writer's. */
export function preparePodStatusUpdate(next: any, previous: any): void {
  next.spec = previous.spec;
  next.metadata.ownerReferences = previous.metadata.ownerReferences;
  const { status = {} } = next;
  const before = previous.status ?? {};
  const conditions = withGenerations(status.conditions, before.conditions);
  const qosClass = status.qosClass || before.qosClass;
  const observedGeneration = status.observedGeneration || before.observedGeneration;
  if (
    next.status &&
    conditions === status.conditions &&
    qosClass === status.qosClass &&
    observedGeneration === status.observedGeneration
  ) {
    return;
  }
  next.status = { ...status };
  if (conditions) next.status.conditions = conditions;
  if (qosClass) next.status.qosClass = qosClass;
  if (observedGeneration) next.status.observedGeneration = observedGeneration;
}

const SYSTEM_CONDITIONS: readonly string[] = ['PodScheduled', 'Ready', 'Initialized'];

function checkConditions(errors: Errors, conditions: readonly any[]): void {
  for (let i = 0; i < conditions.length; i++) {
    const { type = '' } = conditions[i];
    if (SYSTEM_CONDITIONS.includes(type)) continue;
    const messages = qualifiedName(type);
    if (messages.length > 0) pushInvalid(errors, METADATA.child('conditions').index(i).child('Type'), type, messages);
  }
}

/** What has ended for good does not start again. */
function checkTransitions(
  errors: Errors,
  field: string,
  next: readonly any[] = [],
  previous: readonly any[] = [],
  restartPolicy: string,
  sidecars: readonly string[],
): void {
  if (restartPolicy === 'Always' || next === previous) return;
  previous.forEach(({ name, state }, i) => {
    const ended = state?.terminated;
    if (!ended || (ended.exitCode !== 0 && restartPolicy === 'OnFailure') || sidecars.includes(name)) return;
    for (const status of next) {
      if (status.name !== name || status.state?.terminated) continue;
      const at = STATUS.child(field).index(i).child('state');
      errors.push(forbidden(at, 'may not be transitioned to non-terminated state'));
    }
  });
}

/** The containers whose own policy lets them start again. */
function restartable(containers: readonly any[] = []): string[] {
  return containers.filter(({ restartPolicy }) => restartPolicy && restartPolicy !== 'Never').map(({ name }) => name);
}

function checkAddresses(errors: Errors, path: Path, list: readonly { ip: string }[]): void {
  list.forEach(({ ip }, i) => {
    checkAddress(errors, path.index(i), ip);
  });
  if (list.length < 2) return;
  const families = new Set(list.map(({ ip }) => isIpv4(ip)));
  if (families.size !== 2 || list.length > 2) {
    errors.push(invalid(path, list, 'may specify no more than one IP for each IP family'));
  }
  list.forEach((address, i) => {
    if (list.findIndex(({ ip }) => ip === address.ip) < i) errors.push(duplicate(path.index(i), address));
  });
}

function checkUsers(errors: Errors, field: string, statuses: readonly any[] | undefined): void {
  statuses?.forEach(({ user }, i) => {
    if (!user?.linux) return;
    const path = STATUS.child(field).index(i).child('linux');
    checkId(errors, path, 'uid', user.linux.uid);
    checkId(errors, path, 'gid', user.linux.gid);
    checkIds(errors, path, 'supplementalGroups', user.linux.supplementalGroups);
  });
}

function checkStatusLists(errors: Errors, status: any, before: any, spec: any): void {
  const always = restartable(spec.containers);
  const sidecars = restartable(spec.initContainers);
  const { restartPolicy } = spec;
  checkTransitions(
    errors,
    'containerStatuses',
    status.containerStatuses,
    before.containerStatuses,
    restartPolicy,
    always,
  );
  const [init, initBefore] = [status.initContainerStatuses, before.initContainerStatuses];
  checkTransitions(errors, 'initContainerStatuses', init, initBefore, restartPolicy, sidecars);
  const [debug, debugBefore] = [status.ephemeralContainerStatuses, before.ephemeralContainerStatuses];
  checkTransitions(errors, 'ephemeralContainerStatuses', debug, debugBefore, 'Never', []);
}

/** Rules of a change through /status. */
export function validatePodStatusUpdate(next: any, previous: any): FieldError[] {
  const errors: Errors = [];
  const { annotations } = next.metadata;
  checkPodAnnotationUpdate(errors, METADATA.child('annotations'), annotations, previous.metadata.annotations);
  const status = next.status ?? {};
  const before = previous.status ?? {};
  if (status === before || deepEqual(status, before)) return errors;
  if (status.conditions) checkConditions(errors, status.conditions);
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    pushInvalid(errors, STATUS.child('nominatedNodeName'), nominated, dns1123Subdomain(nominated));
  }
  if (status.qosClass !== before.qosClass)
    errors.push(invalid(STATUS.child('qosClass'), status.qosClass ?? '', IMMUTABLE));
  checkStatusLists(errors, status, before, previous.spec);
  if (status.podIPs) checkAddresses(errors, STATUS.child('podIPs'), status.podIPs);
  if (status.hostIPs?.length) {
    const first = status.hostIPs[0].ip;
    const at = STATUS.child('hostIPs');
    if (status.hostIP !== first) errors.push(invalid(at.index(0).child('ip'), first, 'must be equal to `hostIP`'));
    checkAddresses(errors, at, status.hostIPs);
  }
  checkUsers(errors, 'containerStatuses', status.containerStatuses);
  checkUsers(errors, 'initContainerStatuses', status.initContainerStatuses);
  checkUsers(errors, 'ephemeralContainerStatuses', status.ephemeralContainerStatuses);
  return errors;
}
