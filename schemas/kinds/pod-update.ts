/** What may change in a pod that exists: nearly nothing. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { forbidden, invalid, required } from '../meta/field-errors.js';
import { rangeMessage } from '../meta/names.js';
import { checkPodAnnotationUpdate } from './pod-annotations.js';
import { differencesOf } from './pod-differences.js';
import { type Errors, INT32_MAX } from './pod-field-rules.js';
import { METADATA, type Path, SPEC } from './pod-path.js';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** False when the lists can't be compared further. */
function checkContainerImages(
  errors: Errors,
  path: Path,
  next: readonly any[] = [],
  previous: readonly any[] = [],
): boolean {
  if (next.length !== previous.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  next.forEach(({ image = '' }, i) => {
    const at = path.index(i).child('image');
    if (!image) errors.push(required(at));
    if (image.trim() !== image) errors.push(invalid(at, image, 'must not have leading or trailing whitespace'));
  });
  return true;
}

/** May be set, and then only be lowered. False when nothing more is to be said. */
function checkDeadline(errors: Errors, next: number | undefined, previous: number | undefined): boolean {
  const at = SPEC.child('activeDeadlineSeconds');
  if (next === undefined) {
    if (previous !== undefined)
      errors.push(invalid(at, undefined, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (next < 0 || next > INT32_MAX) {
    errors.push(invalid(at, next, rangeMessage(0, INT32_MAX)));
    return false;
  }
  if (previous === undefined || next <= previous) return true;
  errors.push(invalid(at, next, 'must be less than or equal to previous value'));
  return false;
}

function checkTolerationsKept(errors: Errors, next: readonly any[] = [], previous: readonly any[] = []): void {
  if (next === previous) return;
  for (const old of previous) {
    const { tolerationSeconds: _, ...rest } = old;
    const isKept = next.some(({ tolerationSeconds: _seconds, ...other }) => deepEqual(rest, other));
    if (isKept) continue;
    const why = 'existing toleration can not be modified except its tolerationSeconds';
    errors.push(forbidden(SPEC.child('tolerations'), why));
    return;
  }
}

function checkGatesOnlyRemoved(errors: Errors, next: readonly any[] = [], previous: readonly any[] = []): void {
  next.forEach(({ name }, i) => {
    if (previous.some((gate) => gate.name === name)) return;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbidden(SPEC.child('schedulingGates').index(i).child('name'), why));
  });
}

const withImagesOf = (next: readonly any[] | undefined, previous: readonly any[] | undefined) =>
  next?.map((container, i) => {
    const image = previous?.[i]?.image;
    return container.image === image ? container : { ...container, image };
  });

/** `next` with the old values of what may change. */
function masked(next: any, previous: any): any {
  const spec = {
    ...next,
    containers: withImagesOf(next.containers, previous.containers),
    initContainers: withImagesOf(next.initContainers, previous.initContainers),
    activeDeadlineSeconds: previous.activeDeadlineSeconds,
    schedulingGates: previous.schedulingGates,
    tolerations: previous.tolerations,
  };
  if (previous.terminationGracePeriodSeconds < 0 && next.terminationGracePeriodSeconds === 1) {
    spec.terminationGracePeriodSeconds = previous.terminationGracePeriodSeconds;
  }
  return spec;
}

function isExtended(next: readonly any[] = [], previous: readonly any[] = []): boolean {
  return next.length >= previous.length && deepEqual(next.slice(0, previous.length), previous);
}

function checkTermsExtended(errors: Errors, next: any, previous: any): void {
  const field = 'requiredDuringSchedulingIgnoredDuringExecution';
  const before: readonly any[] = previous?.[field]?.nodeSelectorTerms ?? [];
  const after: readonly any[] = next?.[field]?.nodeSelectorTerms ?? [];
  if (before.length === 0) return;
  const at = SPEC.child('affinity').child('nodeAffinity').child(field).child('nodeSelectorTerms');
  if (before.length !== after.length) {
    errors.push(invalid(at, after, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  before.forEach((term, i) => {
    const now = after[i];
    const wasEmpty = !term.matchExpressions?.length && !term.matchFields?.length;
    const isEmpty = !now.matchExpressions?.length && !now.matchFields?.length;
    const isGood =
      isExtended(now.matchExpressions, term.matchExpressions) && isExtended(now.matchFields, term.matchFields);
    if (!isGood || (wasEmpty && !isEmpty)) {
      errors.push(invalid(at.index(i), now, 'only additions are allowed (no mutations or deletions)'));
    }
  });
}

/** A pod behind scheduling gates may still be told more about where to go. */
function maskGated(errors: Errors, spec: any, previous: any): void {
  const { nodeSelector = {} } = spec;
  for (const [key, value] of Object.entries(previous.nodeSelector ?? {})) {
    if (nodeSelector[key] === value) continue;
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(SPEC.child('nodeSelector'), nodeSelector, why));
    break;
  }
  spec.nodeSelector = previous.nodeSelector;
  checkTermsExtended(errors, spec.affinity?.nodeAffinity, previous.affinity?.nodeAffinity);
  const { nodeAffinity: _, ...others } = spec.affinity ?? {};
  const nodeAffinity = previous.affinity?.nodeAffinity;
  const affinity = nodeAffinity ? { ...others, nodeAffinity } : others;
  spec.affinity = Object.keys(affinity).length > 0 || previous.affinity ? affinity : undefined;
}

/** Rules of a change through the main resource. */
export function validatePodUpdate(next: any, previous: any): FieldError[] {
  const errors: FieldError[] = [];
  const { annotations } = next.metadata;
  checkPodAnnotationUpdate(errors, METADATA.child('annotations'), annotations, previous.metadata.annotations);
  const [after, before] = [next.spec, previous.spec];
  if (after === before) return errors;
  if (!checkContainerImages(errors, SPEC.child('containers'), after.containers, before.containers)) return errors;
  if (!checkContainerImages(errors, SPEC.child('initContainers'), after.initContainers, before.initContainers)) {
    return errors;
  }
  if (!checkDeadline(errors, after.activeDeadlineSeconds, before.activeDeadlineSeconds)) return errors;
  checkTolerationsKept(errors, after.tolerations, before.tolerations);
  checkGatesOnlyRemoved(errors, after.schedulingGates, before.schedulingGates);
  const spec = masked(after, before);
  if (before.schedulingGates?.length) maskGated(errors, spec, before);
  if (!deepEqual(spec, before)) {
    const differences = differencesOf('core.PodSpec', before, spec);
    errors.push(forbidden(SPEC, `pod updates may not change fields other than ${UPDATABLE}\n${differences}`));
  }
  return errors;
}
