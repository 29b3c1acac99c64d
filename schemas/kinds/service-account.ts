/** v1 ServiceAccount. */
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { ServiceAccount } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN } from './define-kind.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };

export const serviceAccount = defineKind({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  schema: 'io.k8s.api.core.v1.ServiceAccount',
  subresources: [
    {
      name: 'token',
      group: 'authentication.k8s.io',
      version: 'v1',
      kind: 'TokenRequest',
      verbs: ['create'],
    },
  ],
  validate: (object: ServiceAccount) => validateObjectMeta(object.metadata, RULES),
  columns: [NAME_COLUMN, column('Secrets', 'Number of secrets that pods of this account may use.'), AGE_COLUMN],
  cells: (object: ServiceAccount, nowMs) => [object.metadata.name, object.secrets?.length ?? 0, ageCell(object, nowMs)],
});
