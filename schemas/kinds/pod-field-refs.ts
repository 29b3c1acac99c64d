/** References from environment variables and downward API files to a pod's own fields and resources. */
import { invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { qualifiedName } from '../meta/names.js';
import { canonicalQuantity } from '../meta/quantity.js';
import type { Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

export const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const RESOURCES: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';
const BYTE_DIVISOR_LIST: readonly string[] = BYTE_DIVISORS.split(', ');

/** `metadata.labels['key']` in its two parts; undefined without a subscript. */
function splitSubscript(fieldPath: string): { path: string; key: string } | undefined {
  if (!fieldPath.endsWith("']")) return undefined;
  const open = fieldPath.indexOf("['");
  return open <= 0 ? undefined : { path: fieldPath.slice(0, open), key: fieldPath.slice(open + 2, -2) };
}

function conversionProblem(apiVersion: string, fieldPath: string): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  const subscript = splitSubscript(fieldPath);
  if (!subscript) {
    return KNOWN_FIELDS.has(fieldPath) || fieldPath === 'spec.host'
      ? undefined
      : `field label not supported: ${fieldPath}`;
  }
  const { path } = subscript;
  if (path === 'metadata.annotations' || path === 'metadata.labels') return undefined;
  return `field label does not support subscript: ${fieldPath}`;
}

export function checkFieldRef(errors: Errors, path: Path, ref: any, fields: readonly string[]): void {
  if (!ref.apiVersion) return void errors.push(required(path.child('apiVersion')));
  if (!ref.fieldPath) return void errors.push(required(path.child('fieldPath')));
  if (ref.apiVersion === 'v1' && fields.includes(ref.fieldPath)) return;
  const problem = conversionProblem(ref.apiVersion, ref.fieldPath);
  if (problem) {
    errors.push(invalid(path.child('fieldPath'), ref.fieldPath, `error converting fieldPath: ${problem}`));
    return;
  }
  const subscript = splitSubscript(ref.fieldPath);
  if (subscript) {
    const key = subscript.path === 'metadata.annotations' ? subscript.key.toLowerCase() : subscript.key;
    pushInvalid(errors, path, key, qualifiedName(key));
  } else if (!(ref.fieldPath === 'spec.host' && fields.includes('spec.nodeName'))) {
    errors.push(notSupported(path.child('fieldPath'), ref.fieldPath, fields));
  }
}

const isHugePages = (resource: string) =>
  resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');

function checkDivisor(errors: Errors, path: Path, resource: string, divisor: string | number | undefined): void {
  if (divisor === undefined) return;
  const canonical = canonicalQuantity(divisor) ?? '';
  if (canonical === '0') return;
  const complain = (which: string, what: string) =>
    errors.push(
      invalid(
        path.child('divisor'),
        resource,
        `only divisor's values ${which} are supported with the ${what} resource`,
      ),
    );
  if (resource.endsWith('.cpu')) {
    if (canonical !== '1m' && canonical !== '1') complain('1m and 1', 'cpu');
  } else if (!BYTE_DIVISOR_LIST.includes(canonical)) {
    if (resource.endsWith('.memory')) complain(BYTE_DIVISORS, 'memory');
    else if (resource.endsWith('.ephemeral-storage')) complain(BYTE_DIVISORS, 'local ephemeral storage');
    else if (isHugePages(resource)) complain(BYTE_DIVISORS, 'hugepages');
  }
}

/** `inVolume`: a file names the container, an environment variable means its own. */
export function checkResourceFieldRef(errors: Errors, path: Path, ref: any, inVolume: boolean): void {
  const resource: string = ref.resource ?? '';
  if (inVolume && !ref.containerName) errors.push(required(path.child('containerName')));
  else if (!resource) errors.push(required(path.child('resource')));
  else if (!RESOURCES.includes(resource) && !isHugePages(resource)) {
    errors.push(notSupported(path.child('resource'), resource, RESOURCES));
  }
  checkDivisor(errors, path, resource, ref.divisor);
}
