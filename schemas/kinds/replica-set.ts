/** ReplicaSets (apps/v1). */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { IMMUTABLE, invalid } from '../meta/field-errors.js';
import { ageOf } from '../meta/human-duration.js';
import { formatLabelSelector } from '../meta/label-selector.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { KindDefinition } from './kind.js';
import { AGE_COLUMN, NAME_COLUMN } from './pod-columns.js';
import { defaultPodTemplate } from './pod-defaults.js';
import { checkNotNegative, type Errors } from './pod-field-rules.js';
import { SPEC, STATUS } from './pod-path.js';
import { podSpecWarnings } from './pod-warnings.js';
import { scaleSubresource } from './scale.js';
import {
  checkCounts,
  checkNotAbove,
  checkSelectorAndTemplate,
  integerColumn,
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

export const replicaSet: KindDefinition = {
  type: 'replicasets.apps',
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  listKind: 'ReplicaSetList',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  stored: true,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [scaleSubresource, { name: 'status', kind: 'ReplicaSet', verbs: ['get', 'patch', 'update'] }],
  schema: 'io.k8s.api.apps.v1.ReplicaSet',
  hasGeneration: true,
  createOnUpdate: false,
  requiresResourceVersionOnUpdate: false,
  selectableFields: {
    'status.replicas': ({ status }) => String(status?.replicas ?? 0),
  },

  applyDefaults(object) {
    object.spec ??= {};
    object.spec.replicas ??= 1;
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
    integerColumn('Desired', 'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1.'),
    integerColumn('Current', 'Replicas is the most recently observed number of non-terminating pods.'),
    integerColumn('Ready', 'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.'),
    AGE_COLUMN,
    ...templateColumns,
    {
      name: 'Selector',
      type: 'string',
      description:
        "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels.",
      priority: 1,
    },
  ],
  cells({ metadata, spec, status = {} }, nowMs) {
    return [
      metadata.name,
      spec.replicas ?? 0,
      status.replicas ?? 0,
      status.readyReplicas ?? 0,
      ageOf(metadata.creationTimestamp, nowMs),
      ...templateCells(spec.template),
      formatLabelSelector(spec.selector),
    ];
  },
};
