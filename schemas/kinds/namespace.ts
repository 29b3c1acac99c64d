/** v1 Namespace. */
import type { FieldError } from '../errors.js';
import { invalid, pushInvalid } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Label, qualifiedName } from '../meta/names.js';
import type { Namespace } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN, STATUS_VERBS } from './define-kind.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const FINALIZER = 'kubernetes';
const RULES = { namespaced: false, nameRule: dns1123Label };

function applyDefaults(namespace: Namespace): void {
  const { metadata } = namespace;
  if (!metadata.name || metadata.labels?.[NAME_LABEL] === metadata.name) return;
  // Labels may be shared with the object as it was, so they are replaced, never changed.
  namespace.metadata = { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } };
}

function prepareForCreate(namespace: Namespace): void {
  const finalizers = namespace.spec?.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) namespace.spec = { finalizers: [...finalizers, FINALIZER] };
  namespace.status = { phase: 'Active' };
}

function prepareForUpdate(next: Namespace, previous: Namespace): void {
  next.spec = { ...next.spec, ...(previous.spec?.finalizers ? { finalizers: previous.spec.finalizers } : {}) };
  keep(next, previous, 'status');
}

function keep(next: Namespace, previous: Namespace, field: 'spec' | 'status'): void {
  if (previous[field] === undefined) delete next[field];
  else next[field] = previous[field] as never;
}

/** The message of a finalizer in `spec.finalizers` that is neither `kubernetes` nor qualified. */
function validateFinalizers(errors: FieldError[], namespace: Namespace): void {
  for (const [index, finalizer] of (namespace.spec?.finalizers ?? []).entries()) {
    const path = `spec.finalizers[${index}]`;
    pushInvalid(errors, path, finalizer, qualifiedName(finalizer));
    if (!finalizer.includes('/') && finalizer !== FINALIZER) {
      errors.push(invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  }
}

function validate(namespace: Namespace): FieldError[] {
  const errors = validateObjectMeta(namespace.metadata, RULES);
  validateFinalizers(errors, namespace);
  return errors;
}

function validateStatusUpdate(next: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  const phase = next.status?.phase;
  if (!next.metadata.deletionTimestamp && phase !== 'Active') {
    errors.push(invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty"));
  }
  if (next.metadata.deletionTimestamp && phase !== 'Terminating') {
    errors.push(invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty"));
  }
  return errors;
}

export const namespace = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  schema: 'io.k8s.api.core.v1.Namespace',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [
    { name: 'finalize', kind: 'Namespace', verbs: ['update'] },
    { name: 'status', kind: 'Namespace', verbs: STATUS_VERBS },
  ],
  selectableFields: {
    'status.phase': (object: Namespace) => object.status?.phase ?? '',
  },
  applyDefaults,
  prepareForCreate,
  prepareForUpdate,
  prepareForStatusUpdate: (next: Namespace, previous: Namespace) => keep(next, previous, 'spec'),
  validate,
  validateStatusUpdate,
  columns: [NAME_COLUMN, column('Status', 'The status of the namespace'), AGE_COLUMN],
  cells: (object: Namespace, nowMs) => [object.metadata.name, object.status?.phase ?? '', ageCell(object, nowMs)],
});
