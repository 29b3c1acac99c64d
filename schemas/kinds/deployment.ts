/** Deployments (apps/v1). */
import type { FieldError } from '../errors.js';
import { forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { ageOf } from '../meta/human-duration.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain, percent } from '../meta/names.js';
import { AGE_COLUMN, column, defineKind, NAME_COLUMN, STATUS_VERBS } from './define-kind.js';
import { defaultPodTemplate } from './pod-defaults.js';
import { checkNotNegative, type Errors, NOT_NEGATIVE } from './pod-field-rules.js';
import { type Path, SPEC, STATUS } from './pod-path.js';
import { podSpecWarnings } from './pod-warnings.js';
import { scaleSubresource } from './scale.js';
import {
  checkReplicaStatus,
  checkSelectorAndTemplate,
  checkSelectorUnchanged,
  templateCells,
  templateColumns,
} from './workload-template.js';

const STRATEGY = SPEC.child('strategy');
const RULES = { namespaced: true, nameRule: dns1123Subdomain };

function applyDefaults(deployment: any): void {
  deployment.spec ??= {};
  const { spec } = deployment;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

function checkIntOrPercent(errors: Errors, path: Path, value: number | string): void {
  if (typeof value === 'string') pushInvalid(errors, path, value, percent(value));
  else if (value < 0) errors.push(invalid(path, value, NOT_NEGATIVE));
}

const amountOf = (value: number | string) => (typeof value === 'number' ? value : Number.parseInt(value, 10));

function checkRollingUpdate(errors: Errors, { maxUnavailable = 0, maxSurge = 0 }: any): void {
  const path = STRATEGY.child('rollingUpdate');
  const unavailable = path.child('maxUnavailable');
  checkIntOrPercent(errors, unavailable, maxUnavailable);
  checkIntOrPercent(errors, path.child('maxSurge'), maxSurge);
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    errors.push(invalid(unavailable, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && amountOf(maxUnavailable) > 100) {
    errors.push(invalid(unavailable, maxUnavailable, 'must not be greater than 100%'));
  }
}

function checkStrategy(errors: Errors, { type, rollingUpdate }: any): void {
  if (type === 'Recreate') {
    if (!rollingUpdate) return;
    const why = "may not be specified when strategy `type` is 'Recreate'";
    errors.push(forbidden(STRATEGY.child('rollingUpdate'), why));
  } else if (type !== 'RollingUpdate') {
    errors.push(notSupported(STRATEGY.child('type'), type, ['Recreate', 'RollingUpdate']));
  } else if (!rollingUpdate) {
    errors.push(required(STRATEGY.child('rollingUpdate'), 'this should be defaulted and never be nil'));
  } else {
    checkRollingUpdate(errors, rollingUpdate);
  }
}

function validate(deployment: any): FieldError[] {
  const errors = validateObjectMeta(deployment.metadata, RULES);
  const spec = deployment.spec ?? {};
  checkNotNegative(errors, SPEC, 'replicas', spec.replicas);
  checkSelectorAndTemplate(errors, spec);
  checkStrategy(errors, spec.strategy ?? {});
  checkNotNegative(errors, SPEC, 'minReadySeconds', spec.minReadySeconds);
  checkNotNegative(errors, SPEC, 'revisionHistoryLimit', spec.revisionHistoryLimit);
  checkNotNegative(errors, SPEC, 'progressDeadlineSeconds', spec.progressDeadlineSeconds);
  if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    const why = 'must be greater than minReadySeconds';
    errors.push(invalid(SPEC.child('progressDeadlineSeconds'), spec.progressDeadlineSeconds, why));
  }
  return errors;
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];

function validateStatusUpdate(next: any, previous: any): FieldError[] {
  const status = next.status ?? {};
  const errors = checkReplicaStatus(status, COUNTS, 'updatedReplicas');
  const before = previous.status?.collisionCount;
  if (before !== undefined && (status.collisionCount ?? -1) < before) {
    errors.push(invalid(STATUS.child('collisionCount'), status.collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}

export const deployment = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: [scaleSubresource, { name: 'status', kind: 'Deployment', verbs: STATUS_VERBS }],
  schema: 'io.k8s.api.apps.v1.Deployment',
  hasGeneration: true,

  applyDefaults,
  prepareForCreate(object) {
    object.status = {};
  },
  prepareForUpdate(next, previous) {
    next.status = previous.status;
  },
  prepareForStatusUpdate(next, previous) {
    next.spec = previous.spec;
    next.metadata.labels = previous.metadata.labels;
  },
  validate,
  validateUpdate: checkSelectorUnchanged,
  validateStatusUpdate,
  warningsOf: ({ spec }) => podSpecWarnings(SPEC.child('template').child('spec'), spec?.template?.spec),

  columns: [
    NAME_COLUMN,
    column('Ready', 'Ready pods of the pods that are wanted.'),
    column('Up-to-date', 'Pods that have the newest template.'),
    column('Available', 'Pods that have been ready for minReadySeconds.'),
    AGE_COLUMN,
    ...templateColumns,
  ],
  cells({ metadata, spec, status = {} }, nowMs) {
    return [
      metadata.name,
      `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      status.updatedReplicas ?? 0,
      status.availableReplicas ?? 0,
      ageOf(metadata.creationTimestamp, nowMs),
      ...templateCells(spec),
    ];
  },
});
