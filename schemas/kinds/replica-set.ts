/** ReplicaSets (apps/v1). */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { IMMUTABLE, invalid } from '../meta/field-errors.js';
import { ageOf } from '../meta/human-duration.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import { AGE_COLUMN, column, defineKind, NAME_COLUMN, STATUS_VERBS } from './define-kind.js';
import { defaultPodTemplate } from './pod-defaults.js';
import { checkNotNegative, type Errors } from './pod-field-rules.js';
import { SPEC, STATUS } from './pod-path.js';
import { podSpecWarnings } from './pod-warnings.js';
import { scaleSubresource } from './scale.js';
import {
  checkCounts,
  checkNotAbove,
  checkSelectorAndTemplate,
  templateCells,
  templateColumns,
} from './workload-template.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };

function validate(object: any): FieldError[] {
  const errors = validateObjectMeta(object.metadata, RULES);
  const spec = object.spec ?? {};
  checkNotNegative(errors, SPEC, 'replicas', spec.replicas);
  checkNotNegative(errors, SPEC, 'minReadySeconds', spec.minReadySeconds);
  checkSelectorAndTemplate(errors, spec);
  return errors;
}

function validateUpdate(next: any, previous: any): FieldError[] {
  const { selector } = next.spec;
  return deepEqual(selector, previous.spec.selector) ? [] : [invalid(SPEC.child('selector'), selector, IMMUTABLE)];
}

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
];

function validateStatusUpdate({ status = {} }: any): FieldError[] {
  const errors: Errors = [];
  checkCounts(errors, STATUS, status, COUNTS);
  checkNotAbove(errors, STATUS, status, 'fullyLabeledReplicas', status.replicas, 'status.replicas');
  checkNotAbove(errors, STATUS, status, 'readyReplicas', status.replicas, 'status.replicas');
  checkNotAbove(errors, STATUS, status, 'availableReplicas', status.replicas, 'status.replicas');
  checkNotAbove(errors, STATUS, status, 'availableReplicas', status.readyReplicas, 'readyReplicas');
  return errors;
}

export const replicaSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: [scaleSubresource, { name: 'status', kind: 'ReplicaSet', verbs: STATUS_VERBS }],
  schema: 'io.k8s.api.apps.v1.ReplicaSet',
  hasGeneration: true,
  selectableFields: {
    'status.replicas': ({ status }) => String(status?.replicas ?? 0),
  },

  applyDefaults(object) {
    object.spec ??= {};
    object.spec.replicas ??= 1;
    object.spec.template ??= {};
    defaultPodTemplate(object.spec.template);
  },
  prepareForCreate(object) {
    object.status = { replicas: 0 };
  },
  prepareForUpdate(next, previous) {
    next.status = previous.status;
  },
  prepareForStatusUpdate(next, previous) {
    next.spec = previous.spec;
  },
  validate,
  validateUpdate,
  validateStatusUpdate,
  warningsOf: ({ spec }) => podSpecWarnings(SPEC.child('template').child('spec'), spec?.template?.spec),

  columns: [
    NAME_COLUMN,
    column('Desired', 'Pods that are wanted.', 'integer'),
    column('Current', 'Pods that there are.', 'integer'),
    column('Ready', 'Pods that are ready.', 'integer'),
    AGE_COLUMN,
    ...templateColumns,
  ],
  cells({ metadata, spec, status = {} }, nowMs) {
    return [
      metadata.name,
      spec.replicas ?? 0,
      status.replicas ?? 0,
      status.readyReplicas ?? 0,
      ageOf(metadata.creationTimestamp, nowMs),
      ...templateCells(spec),
    ];
  },
});
