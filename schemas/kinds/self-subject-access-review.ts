/** authorization.k8s.io/v1 SelfSubjectAccessReview: tells callers what they may do. Never stored, and has no table form. */
import type { FieldError } from '../errors.js';
import { invalid } from '../meta/field-errors.js';
import { CREATE_ONLY, defineKind, NAME_COLUMN } from './define-kind.js';

/** What is asked about; nothing but one of the two. */
interface AccessReviewSpec {
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    version?: string;
    resource?: string;
    subresource?: string;
    name?: string;
  };
  nonResourceAttributes?: { path?: string; verb?: string };
}

function validate({ spec = {} }: { spec?: AccessReviewSpec }): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes && nonResourceAttributes) {
    const rule = 'cannot be specified in combination with resourceAttributes';
    return [invalid('spec.nonResourceAttributes', nonResourceAttributes, rule)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const rule = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalid('spec.resourceAttributes', null, rule)];
}

export const selfSubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  stored: false,
  verbs: CREATE_ONLY,
  schema: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  validate,
  columns: [NAME_COLUMN],
  cells: (object) => [object.metadata?.name ?? ''],
});
