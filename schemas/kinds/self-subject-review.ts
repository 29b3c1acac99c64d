/** authentication.k8s.io/v1 SelfSubjectReview: tells callers who they are. Never stored. */
import { CREATE_ONLY, defineKind, NAME_COLUMN } from './define-kind.js';

export const selfSubjectReview = defineKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
  stored: false,
  verbs: CREATE_ONLY,
  schema: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  validate: () => [],
  columns: [NAME_COLUMN],
  cells: (object) => [object.metadata?.name ?? ''],
});
