/** coordination.k8s.io/v1 Lease. */
import type { FieldError } from '../errors.js';
import { invalid } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { Lease } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN } from './define-kind.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };

function validate({ metadata, spec }: Lease): FieldError[] {
  const errors = validateObjectMeta(metadata, RULES);
  const { leaseDurationSeconds, leaseTransitions } = spec ?? {};
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    errors.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

export const lease = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  schema: 'io.k8s.api.coordination.v1.Lease',
  createOnUpdate: true,
  requiresResourceVersionOnUpdate: true,
  validate,
  columns: [NAME_COLUMN, column('Holder', 'Identity of the holder of the lease.'), AGE_COLUMN],
  cells: (object: Lease, nowMs) => [object.metadata.name, object.spec?.holderIdentity ?? '', ageCell(object, nowMs)],
});
