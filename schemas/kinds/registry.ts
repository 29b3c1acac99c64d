/** All kinds that Troupe serves. */
import { apiVersionOf } from '../meta/group-version.js';
import { configMap } from './config-map.js';
import { deployment } from './deployment.js';
import { endpointSlice } from './endpoint-slice.js';
import { event } from './event.js';
import type { KindDefinition } from './kind.js';
import { lease } from './lease.js';
import { namespace } from './namespace.js';
import { node } from './node.js';
import { pod } from './pod.js';
import { priorityClass } from './priority-class.js';
import { replicaSet } from './replica-set.js';
import { secret } from './secret.js';
import { selfSubjectAccessReview } from './self-subject-access-review.js';
import { selfSubjectReview } from './self-subject-review.js';
import { service } from './service.js';
import { serviceAccount } from './service-account.js';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** In discovery's order of groups, and by resource within each. */
export const kinds: readonly KindDefinition[] = [
  configMap,
  event,
  namespace,
  node,
  pod,
  secret,
  serviceAccount,
  service,
  deployment,
  replicaSet,
  selfSubjectReview,
  selfSubjectAccessReview,
  priorityClass,
  lease,
  endpointSlice,
];

const byType = new Map(kinds.map((kind) => [kind.type, kind]));
const byResource = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]));
const byGvk = new Map(kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind]));

/** By actor type: `pods`, `deployments.apps`. */
export function kindByType(type: string): KindDefinition | undefined {
  return byType.get(type);
}

/** By the plural of a URL. */
export function kindByResource(group: string, version: string, plural: string): KindDefinition | undefined {
  return byResource.get(`${group}/${version}/${plural}`);
}

export function kindByGvk(group: string, version: string, kind: string): KindDefinition | undefined {
  return byGvk.get(`${group}/${version}/${kind}`);
}

/** `v1` → core; `apps/v1` → apps. */
function groupVersionOf(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The kind that an object says it is. */
export function kindOfObject(object: { apiVersion?: unknown; kind?: unknown }): KindDefinition | undefined {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const { group, version } = groupVersionOf(apiVersion);
  return kindByGvk(group, version, kind);
}

const versions = [
  ...new Map(kinds.map((kind) => [apiVersionOf(kind), { group: kind.group, version: kind.version }])).values(),
];

/** Each once, in discovery's order. */
export function groupVersions(): readonly GroupVersion[] {
  return versions;
}
