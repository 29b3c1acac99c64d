/** v1 Node. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { forbidden, invalid } from '../meta/field-errors.js';
import { conditionOf } from '../meta/conditions.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { Node } from '../meta/object.js';
import { compareQuantities, isQuantity } from '../meta/quantity.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN, STATUS_VERBS, wideColumn } from './define-kind.js';
import { BAD_CIDR, familyOf, isCidr } from './ip-rules.js';
import type { Cell } from './kind.js';
import { validateTaints } from './taint-rules.js';

const RULES = { namespaced: false, nameRule: dns1123Subdomain };
const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

function applyDefaults(node: Node): void {
  node.spec ??= {};
  const { podCIDR, podCIDRs } = node.spec;
  if (podCIDR && !podCIDRs) node.spec = { ...node.spec, podCIDRs: [podCIDR] };
  if (node.status?.capacity && !node.status.allocatable) {
    node.status = { ...node.status, allocatable: node.status.capacity };
  }
}

function validatePodCidrs(errors: FieldError[], podCIDRs: readonly string[]): void {
  for (const [index, cidr] of podCIDRs.entries()) {
    if (!isCidr(cidr)) errors.push(invalid(`spec.podCIDRs[${index}]`, cidr, BAD_CIDR));
  }
  const families = new Set(podCIDRs.map(familyOf));
  if (podCIDRs.length > 2 || (podCIDRs.length === 2 && families.size !== 2)) {
    errors.push(invalid('spec.podCIDRs', podCIDRs, 'may specify no more than one CIDR for each IP family'));
  }
}

function validateResources(errors: FieldError[], list: object | undefined, path: string): void {
  for (const [name, quantity] of Object.entries(list ?? {}) as [string, string][]) {
    if (isQuantity(quantity) && compareQuantities(quantity, '0') < 0) {
      errors.push(invalid(`${path}[${name}]`, quantity, 'must be greater than or equal to 0'));
    }
  }
}

function validate({ metadata, spec, status }: Node): FieldError[] {
  const errors = validateObjectMeta(metadata, RULES);
  if (spec?.taints) validateTaints(errors, spec.taints, 'spec.taints');
  if (spec?.podCIDRs) validatePodCidrs(errors, spec.podCIDRs);
  validateResources(errors, status?.capacity, 'status.capacity');
  validateResources(errors, status?.allocatable, 'status.allocatable');
  return errors;
}

const PROTECTED =
  'node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)';

function validateUpdate(next: Node, previous: Node): FieldError[] {
  const errors: FieldError[] = [];
  const old = previous.spec ?? {};
  const { podCIDRs, providerID, externalID } = next.spec ?? {};
  if ((old.podCIDRs?.length ?? 0) > 0 && !deepEqual(podCIDRs ?? [], old.podCIDRs)) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.providerID && providerID !== old.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  if ((externalID ?? '') !== (old.externalID ?? '')) errors.push(forbidden('[]', PROTECTED));
  return errors;
}

function statusOf({ status, spec }: Node): string {
  const ready = conditionOf(status?.conditions, 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

/** Sorted, without duplicates. */
function rolesOf({ metadata: { labels = {} } }: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(labels)) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',') || '<none>';
}

function cells(node: Node, nowMs: number): Cell[] {
  const { nodeInfo, addresses = [] } = node.status ?? {};
  const addressOf = (type: string) => addresses.find((address) => address.type === type)?.address || '<none>';
  return [
    node.metadata.name,
    statusOf(node),
    rolesOf(node),
    ageCell(node, nowMs),
    nodeInfo?.kubeletVersion ?? '',
    addressOf('InternalIP'),
    addressOf('ExternalIP'),
    nodeInfo?.osImage || '<unknown>',
    nodeInfo?.kernelVersion || '<unknown>',
    nodeInfo?.containerRuntimeVersion || '<unknown>',
  ];
}

function keepStatus(next: Node, previous: Node): void {
  if (previous.status === undefined) delete next.status;
  else next.status = previous.status;
}

export const node = defineKind({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  schema: 'io.k8s.api.core.v1.Node',
  subresources: [{ name: 'status', kind: 'Node', verbs: STATUS_VERBS }],
  selectableFields: { 'spec.unschedulable': (object: Node) => String(object.spec?.unschedulable ?? false) },
  applyDefaults,
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next: Node, previous: Node) => {
    next.spec = previous.spec;
  },
  validate,
  validateUpdate,
  columns: [
    NAME_COLUMN,
    column('Status', 'The status of the node'),
    column('Roles', 'The roles of the node'),
    AGE_COLUMN,
    column('Version', 'Version of the node agent.'),
    wideColumn('Internal-IP', 'The first internal address of the node.'),
    wideColumn('External-IP', 'The first external address of the node.'),
    wideColumn('OS-Image', 'The operating system as the node reports it.'),
    wideColumn('Kernel-Version', 'The kernel as the node reports it.'),
    wideColumn('Container-Runtime', 'The container runtime and its version.'),
  ],
  cells,
});
