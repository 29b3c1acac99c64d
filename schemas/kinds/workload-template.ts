/** What Deployments and ReplicaSets have in common: a selector, a template, and how they are shown. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { IMMUTABLE, invalid, required } from '../meta/field-errors.js';
import { formatLabelSelector, matchesSelector, validateLabelSelector } from '../meta/label-selector.js';
import { wideColumn } from './define-kind.js';
import type { Cell, Column } from './kind.js';
import { checkNotNegative, type Errors } from './pod-field-rules.js';
import { SPEC, STATUS } from './pod-path.js';
import { checkLastingTemplate } from './pod-validation.js';

const TEMPLATE = SPEC.child('template');
const SELECTOR = SPEC.child('selector');

function checkSelector(errors: Errors, selector: any): void {
  if (!selector) return void errors.push(required(SELECTOR));
  errors.push(...validateLabelSelector(selector, 'spec.selector'));
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    errors.push(invalid(SELECTOR, selector, 'empty selector is invalid for deployment')); // Of ReplicaSets too.
  }
}

/** `spec.selector` and `spec.template`. */
export function checkSelectorAndTemplate(errors: Errors, spec: any): void {
  const before = errors.length;
  checkSelector(errors, spec.selector);
  const template = spec.template ?? {};
  const { labels } = template.metadata ?? {};
  if (errors.length === before && !matchesSelector(spec.selector, labels)) {
    const at = TEMPLATE.child('metadata').child('labels');
    errors.push(invalid(at, labels ?? {}, '`selector` does not match template `labels`'));
  }
  checkLastingTemplate(errors, TEMPLATE, template);
}

export function checkSelectorUnchanged(next: any, previous: any): FieldError[] {
  const { selector } = next.spec;
  return deepEqual(selector, previous.spec.selector) ? [] : [invalid(SELECTOR, selector, IMMUTABLE)];
}

function checkNotAbove(errors: Errors, status: any, field: string, max: number | undefined, maxName: string): void {
  const value = status[field] ?? 0;
  if (value > (max ?? 0)) errors.push(invalid(STATUS.child(field), value, `cannot be greater than ${maxName}`));
}

/** `counts` are not negative; `parts`, ready and available replicas are not more than all, and the available ones not more than the ready ones. */
export function checkReplicaStatus(status: any, counts: readonly string[], parts: string): Errors {
  const errors: Errors = [];
  for (const field of counts) checkNotNegative(errors, STATUS, field, status[field]);
  for (const field of [parts, 'readyReplicas', 'availableReplicas']) {
    checkNotAbove(errors, status, field, status.replicas, 'status.replicas');
  }
  checkNotAbove(errors, status, 'availableReplicas', status.readyReplicas, 'readyReplicas');
  return errors;
}

export const templateColumns: readonly Column[] = [
  wideColumn('Containers', 'Names of the containers in the template.'),
  wideColumn('Images', 'Images of the containers in the template.'),
  wideColumn('Selector', 'Labels of the pods that are counted; the template has them.'),
];

/** In the order of `templateColumns`. */
export function templateCells({ template, selector }: any): Cell[] {
  const containers: readonly any[] = template?.spec?.containers ?? [];
  const names = containers.map(({ name }) => name).join(',');
  return [names, containers.map(({ image }) => image).join(','), formatLabelSelector(selector)];
}
