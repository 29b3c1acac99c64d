/** Rules of resource requests and limits, of containers and of the pod. */
import { duplicate, forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { dns1123Label, qualifiedName } from '../meta/names.js';
import { canonicalQuantity, compareQuantities, isQuantity, milliOf, valueOf, whyNoQuantity } from '../meta/quantity.js';
import type { PodSpec } from '../meta/object.js';
import { type Errors, NOT_NEGATIVE, type PodScope } from './pod-field-rules.js';
import type { Path } from './pod-path.js';
import {
  aggregateContainers,
  isHugePages,
  isPodLevelResource,
  type Requirements,
  type ResourceList,
} from './pod-resource-defaults.js';

const CONTAINER_RESOURCES: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];
const QUOTA_RESOURCES: readonly string[] = [
  'storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];

/** Kubernetes' own: without a domain, or in kubernetes.io. */
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');

/** A whole-number resource of somebody's device plug-in. */
function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

const isOvercommittable = (name: string) => isNative(name) && !isHugePages(name);

function isStandard(name: string): boolean {
  return (
    CONTAINER_RESOURCES.includes(name) ||
    isHugePages(name) ||
    QUOTA_RESOURCES.includes(name) ||
    name.startsWith('requests.hugepages-')
  );
}

function checkName(errors: Errors, path: Path, name: string): void {
  const messages = qualifiedName(name);
  if (messages.length > 0) return pushInvalid(errors, path, name, messages);
  if (!name.includes('/') && !isStandard(name)) {
    errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  }
}

function checkContainerResourceName(errors: Errors, path: Path, name: string): void {
  checkName(errors, path, name);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

function checkPodResourceName(errors: Errors, path: Path, name: string): void {
  checkName(errors, path, name);
  if (!isPodLevelResource(name)) errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']));
}

function isWholePages(name: string, quantity: string | number): boolean {
  const size = name.slice('hugepages-'.length);
  if (whyNoQuantity(size)) return true;
  const pageBytes = valueOf(size);
  return pageBytes > 0 && valueOf(quantity) % pageBytes === 0;
}

function checkQuantity(errors: Errors, path: () => Path, name: string, quantity: string | number): boolean {
  const malformed = whyNoQuantity(quantity);
  if (malformed) {
    errors.push(invalid(path(), quantity, malformed));
    return false;
  }
  const milli = milliOf(quantity);
  if (milli < 0) errors.push(invalid(path(), canonicalQuantity(quantity), NOT_NEGATIVE));
  if (milli % 1000 !== 0 && isExtendedResource(name)) {
    errors.push(invalid(path(), canonicalQuantity(quantity), 'must be an integer'));
  }
  return true;
}

function checkPages(errors: Errors, path: Path, name: string, quantity: string | number): void {
  if (isWholePages(name, quantity)) return;
  const text = canonicalQuantity(quantity);
  errors.push(invalid(path, text, `${text} is not positive integer multiple of ${name}`));
}

function checkAgainstLimit(
  errors: Errors,
  path: Path,
  name: string,
  request: any,
  limits: ResourceList | undefined,
): void {
  const limit = limits?.[name];
  const overcommittable = isOvercommittable(name);
  if (limit === undefined) {
    if (overcommittable) return;
    errors.push(required(path.child('limits'), 'Limit must be set for non overcommitable resources'));
    return;
  }
  if (request === limit || whyNoQuantity(limit)) return;
  const difference = compareQuantities(request, limit);
  const requests = path.child('requests');
  const text = canonicalQuantity(limit);
  if (difference !== 0 && !overcommittable) {
    errors.push(invalid(requests, canonicalQuantity(request), `must be equal to ${name} limit of ${text}`));
  } else if (difference > 0) {
    errors.push(
      invalid(requests, canonicalQuantity(request), `must be less than or equal to ${name} limit of ${text}`),
    );
  }
}

type NameRule = (errors: Errors, path: Path, name: string) => void;

const isComputeResource = (name: string) => name === 'cpu' || name === 'memory';

function checkList(
  errors: Errors,
  path: Path,
  which: 'limits' | 'requests',
  resources: Requirements,
  rule: NameRule,
): void {
  const list = resources[which];
  for (const name in list) {
    const quantity = list[name]!;
    const at = () => path.child(which).key(name);
    if (!CONTAINER_RESOURCES.includes(name) || rule === checkPodResourceName) rule(errors, at(), name);
    if (!checkQuantity(errors, at, name, quantity)) continue;
    if (which === 'requests') checkAgainstLimit(errors, path, name, quantity, resources.limits);
    if (isHugePages(name)) checkPages(errors, at(), name, quantity);
  }
}

const isCommon = (name: string) => name === 'cpu' || name === 'memory' || name === 'ephemeral-storage';

/** Nothing but ordinary resources in good order: nearly always, so it is asked first. */
function isOrdinary({ limits, requests }: Requirements): boolean {
  for (const name in limits)
    if (!isCommon(name) || !isQuantity(limits[name]!) || milliOf(limits[name]!) < 0) return false;
  for (const name in requests) {
    if (!isCommon(name) || !isQuantity(requests[name]!)) return false;
    const milli = milliOf(requests[name]!);
    const limit = limits?.[name];
    if (milli < 0 || (limit !== undefined && milli > milliOf(limit))) return false;
  }
  return true;
}

function checkRequirements(errors: Errors, path: Path, resources: Requirements, rule: NameRule): void {
  if (rule === checkContainerResourceName && isOrdinary(resources)) return;
  checkList(errors, path, 'limits', resources, rule);
  checkList(errors, path, 'requests', resources, rule);
  let pages = false;
  for (const name in resources.limits) pages ||= isHugePages(name);
  for (const name in resources.requests) pages ||= isHugePages(name);
  if (!pages) return;
  const names = [...Object.keys(resources.limits ?? {}), ...Object.keys(resources.requests ?? {})];
  if (!names.some(isComputeResource)) errors.push(forbidden(path, 'HugePages require cpu or memory'));
}

function checkClaims(errors: Errors, path: Path, claims: readonly any[], known: readonly string[]): void {
  const names = new Set<string>();
  claims.forEach(({ name, request }, i) => {
    const item = path.index(i);
    if (!name) return void errors.push(required(item));
    const key = request ? `${name}/${request}` : name;
    if (names.has(name) || names.has(key)) errors.push(duplicate(item, names.has(name) ? name : key));
    else if (request) pushInvalid(errors, item.child('request'), request, dns1123Label(request));
    else if ([...names].some((other) => other.startsWith(`${name}/`))) errors.push(duplicate(item, name));
    names.add(key);
    if (known.includes(name)) return;
    const choice = known.length === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    const message = `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${choice}`;
    errors.push({ reason: 'FieldValueNotFound', field: String(item), message });
  });
}

export function checkContainerResources(errors: Errors, path: Path, resources: any, scope: PodScope): void {
  if (resources.limits || resources.requests) checkRequirements(errors, path, resources, checkContainerResourceName);
  if (resources.claims) checkClaims(errors, path.child('claims'), resources.claims, scope.claimNames);
}

/** `spec.overhead`, checked as a container's limits would be. */
export function checkOverhead(errors: Errors, path: Path, overhead: ResourceList): void {
  checkRequirements(errors, path, { limits: overhead }, checkContainerResourceName);
}

function checkConsistency(errors: Errors, path: Path, spec: PodSpec): void {
  const { requests = {}, limits = {} } = spec.resources as Requirements;
  for (const [name, need] of Object.entries(aggregateContainers(spec, 'requests'))) {
    const granted = requests[name] ?? '0';
    if (compareQuantities(need, granted) <= 0) continue;
    const why = `must be greater than or equal to aggregate container requests of ${canonicalQuantity(need)}`;
    errors.push(invalid(path.child('requests').key(name), canonicalQuantity(granted), why));
  }
  spec.containers?.forEach(({ resources }, i) => {
    for (const [name, limit] of Object.entries((resources as Requirements | undefined)?.limits ?? {})) {
      const granted = limits[name];
      if (granted === undefined || compareQuantities(limit, granted) <= 0) continue;
      const at = path.child('containers').index(i).key(name).child('limits');
      errors.push(
        invalid(
          at,
          canonicalQuantity(limit),
          `must be less than or equal to pod limits of ${canonicalQuantity(granted)}`,
        ),
      );
    }
  });
}

/** `spec.resources` (KEP-2837): what the containers have together. */
export function checkPodResources(errors: Errors, path: Path, spec: PodSpec): void {
  const resources = spec.resources as any;
  if (resources.claims) errors.push(forbidden(path.child('claims'), 'claims cannot be set for Resources at pod-level'));
  const before = errors.length;
  checkRequirements(errors, path, resources, checkPodResourceName);
  if (errors.length === before) checkConsistency(errors, path, spec);
}
