/** ReplicaSets (apps/v1). */
import type { FieldError } from '../errors.js';
import { ageOf } from '../meta/human-duration.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import { AGE_COLUMN, column, defineKind, NAME_COLUMN, STATUS_VERBS } from './define-kind.js';
import { defaultPodTemplate } from './pod-defaults.js';
import { checkNotNegative } from './pod-field-rules.js';
import { SPEC } from './pod-path.js';
import { podSpecWarnings } from './pod-warnings.js';
import { scaleSubresource } from './scale.js';
import {
  checkReplicaStatus,
  checkSelectorAndTemplate,
  checkSelectorUnchanged,
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

/** The fields of a status that are counts. */
export const REPLICA_SET_COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
] as const;

function validateStatusUpdate({ status = {} }: any): FieldError[] {
  return checkReplicaStatus(status, REPLICA_SET_COUNTS, 'fullyLabeledReplicas');
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
  validateUpdate: checkSelectorUnchanged,
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
