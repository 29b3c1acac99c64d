/** Rules of projected volumes and of ephemeral claims. */
import { forbidden, invalid, notSupported, required } from '../meta/field-errors.js';
import { validateLabelSelector, validateLabels } from '../meta/label-selector.js';
import { dns1123Subdomain } from '../meta/names.js';
import { canonicalQuantity, valueOf } from '../meta/quantity.js';
import { checkFileMode, checkLocalPath, checkRequired, type Errors, NOT_POSITIVE } from './pod-field-rules.js';
import type { Path } from './pod-path.js';
import { checkDownwardFile, checkKeyToPath } from './pod-volume-local.js';

const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

function notePath(errors: Errors, volume: Path, seen: Set<string>, file: string | undefined, shown: string): void {
  if (!file) return;
  if (seen.has(file)) errors.push(invalid(volume, shown, 'conflicting duplicate paths'));
  seen.add(file);
}

function checkKeys(errors: Errors, volume: Path, path: Path, source: any, seen: Set<string>): void {
  checkRequired(errors, path, 'name', source.name);
  (source.items as readonly any[] | undefined)?.forEach((item, i) => {
    checkKeyToPath(errors, path.child('items').index(i), item);
    notePath(errors, volume, seen, item.path, source.name ?? '');
  });
}

function checkToken(errors: Errors, volume: Path, path: Path, token: any): void {
  const seconds = token.expirationSeconds;
  const at = () => path.child('expirationSeconds');
  if (seconds < TOKEN_SECONDS_MIN)
    errors.push(invalid(at(), seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > TOKEN_SECONDS_MAX)
    errors.push(invalid(at(), seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!token.path) errors.push(required(volume.child('path')));
  else checkLocalPath(errors, volume, 'path', token.path);
}

function checkTrustBundle(errors: Errors, path: Path, bundle: any): void {
  const { name, signerName } = bundle;
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(path, bundle, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') errors.push(required(path.child('name'), 'must be a valid object name'));
    if (bundle.labelSelector) {
      const why = 'labelSelector must be unset if name is specified';
      errors.push(invalid(path.child('labelSelector'), bundle.labelSelector, why));
    }
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(path.child('signerName'), 'must be a valid signer name'));
    errors.push(...validateLabelSelector(bundle.labelSelector, String(path.child('labelSelector'))));
  } else {
    errors.push(required(path, 'either name or signerName must be specified'));
  }
  if (!bundle.path) errors.push(required(path.child('path')));
  else checkLocalPath(errors, path, 'path', bundle.path);
}

function checkSource(errors: Errors, volume: Path, path: Path, source: any, seen: Set<string>): void {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  let sources = 0;
  if (secret && ++sources) checkKeys(errors, volume, path.child('secret'), secret, seen);
  if (configMap && ++sources) checkKeys(errors, volume, path.child('configMap'), configMap, seen);
  if (downwardAPI && ++sources) {
    for (const file of downwardAPI.items ?? []) {
      checkDownwardFile(errors, path.child('downwardAPI'), file);
      notePath(errors, volume, seen, file.path, file.path);
    }
  }
  if (serviceAccountToken && ++sources) {
    checkToken(errors, volume, path.child('serviceAccountToken'), serviceAccountToken);
  }
  if (clusterTrustBundle && ++sources) {
    checkTrustBundle(errors, path.child('clusterTrustBundle'), clusterTrustBundle);
    notePath(errors, volume, seen, clusterTrustBundle.path, clusterTrustBundle.path);
  }
  if (sources > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
}

export function checkProjected(errors: Errors, path: Path, projected: any): void {
  checkFileMode(errors, path, 'defaultMode', projected.defaultMode);
  const seen = new Set<string>();
  const sources: readonly any[] = projected.sources ?? [];
  for (let i = 0; i < sources.length; i++) {
    checkSource(errors, path, path.child('sources').index(i), sources[i], seen);
  }
}

const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function checkAccessModes(errors: Errors, path: Path, modes: readonly string[]): void {
  if (modes.length === 0) errors.push(required(path, 'at least 1 access mode is required'));
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  const alone = modes.includes('ReadWriteOncePod');
  if (alone && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkClaimSpec(errors: Errors, path: Path, spec: any): void {
  checkAccessModes(errors, path.child('accessModes'), spec.accessModes ?? []);
  if (spec.selector) errors.push(...validateLabelSelector(spec.selector, String(path.child('selector'))));
  const storage = spec.resources?.requests?.storage;
  const at = path.child('resources').key('storage');
  if (storage === undefined) errors.push(required(at));
  else if (canonicalQuantity(storage) === undefined || valueOf(storage) <= 0) {
    errors.push(invalid(at, canonicalQuantity(storage) ?? storage, NOT_POSITIVE));
  }
  for (const message of spec.storageClassName ? dns1123Subdomain(spec.storageClassName) : []) {
    errors.push(invalid(path.child('storageClassName'), spec.storageClassName, message));
  }
  const { volumeMode } = spec;
  if (volumeMode !== undefined && volumeMode !== 'Block' && volumeMode !== 'Filesystem') {
    errors.push(notSupported(path.child('volumeMode'), volumeMode, ['Block', 'Filesystem']));
  }
}

/** A claim that lives as long as the pod. */
export function checkEphemeral(errors: Errors, path: Path, { volumeClaimTemplate: template }: any): void {
  const at = path.child('volumeClaimTemplate');
  if (!template) return void errors.push(required(at));
  for (const field of Object.keys(template.metadata ?? {})) {
    if (field !== 'labels' && field !== 'annotations') {
      errors.push(forbidden(at.child('metadata').child(field), 'cannot be set'));
    }
  }
  validateLabels(errors, template.metadata?.labels, at.child('metadata').child('labels'));
  checkClaimSpec(errors, at.child('spec'), template.spec ?? {});
}
