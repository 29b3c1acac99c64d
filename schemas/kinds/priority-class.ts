/** scheduling.k8s.io/v1 PriorityClass. */
import type { FieldError } from '../errors.js';
import { forbidden, IMMUTABLE, invalid, notSupported } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { PriorityClass } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN } from './define-kind.js';

const USER_PRIORITY_MAX = 1_000_000_000;
export const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

const SYSTEM_PREFIX = 'system-';
const RULES = { namespaced: false, nameRule: dns1123Subdomain };

/** Undefined for the two classes that Kubernetes itself defines, as it defines them. */
function whyNotSystemClass({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const expected = Object.hasOwn(SYSTEM_PRIORITIES, name) ? SYSTEM_PRIORITIES[name] : undefined;
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validate(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value, preemptionPolicy } = priorityClass;
  const errors = validateObjectMeta(metadata, RULES);
  if (metadata.name?.startsWith(SYSTEM_PREFIX)) {
    const why = whyNotSystemClass(priorityClass);
    const rule = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${why}`;
    if (why) errors.push(forbidden('metadata.name', rule));
  } else if ((value ?? 0) > USER_PRIORITY_MAX) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`));
  }
  if (preemptionPolicy !== 'PreemptLowerPriority' && preemptionPolicy !== 'Never') {
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority']));
  }
  return errors;
}

function validateUpdate(next: PriorityClass, previous: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if (next.value !== previous.value) errors.push(forbidden('value', 'may not be changed in an update.'));
  if (next.preemptionPolicy !== previous.preemptionPolicy) {
    errors.push(invalid('preemptionPolicy', next.preemptionPolicy, IMMUTABLE));
  }
  return errors;
}

export const priorityClass = defineKind({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  listKind: 'PriorityClassList',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  schema: 'io.k8s.api.scheduling.v1.PriorityClass',
  hasGeneration: true,
  applyDefaults(object: PriorityClass) {
    object.value ??= 0;
    object.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate,
  validateUpdate,
  columns: [
    NAME_COLUMN,
    column('Value', 'The priority of pods of this class.', 'integer'),
    column('Global-Default', 'Whether pods without a class get this one.', 'boolean'),
    AGE_COLUMN,
    column('PreemptionPolicy', 'Whether pods of this class preempt others.'),
  ],
  cells: (object: PriorityClass, nowMs) => [
    object.metadata.name,
    object.value ?? 0,
    object.globalDefault ?? false,
    ageCell(object, nowMs),
    object.preemptionPolicy ?? '',
  ],
});
