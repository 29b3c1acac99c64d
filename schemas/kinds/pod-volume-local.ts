/** Rules of the volumes that a node makes from what it has or is told. */
import { forbidden, invalid, notSupported, required } from '../meta/field-errors.js';
import { canonicalQuantity, valueOf } from '../meta/quantity.js';
import { checkFieldRef, checkResourceFieldRef, VOLUME_FIELDS } from './pod-field-refs.js';
import {
  checkEnum,
  checkFileMode,
  checkLocalPath,
  checkNoBacksteps,
  checkRequired,
  type Errors,
} from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const HOST_PATH_TYPES: readonly string[] = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function checkEmptyDir(errors: Errors, path: Path, { sizeLimit }: any): void {
  if (sizeLimit !== undefined && (canonicalQuantity(sizeLimit) === undefined || valueOf(sizeLimit) < 0)) {
    errors.push(forbidden(path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
  }
}

export function checkHostPath(errors: Errors, path: Path, source: any): void {
  if (!source.path) return void errors.push(required(path.child('path')));
  checkNoBacksteps(errors, path, 'path', source.path);
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    errors.push(notSupported(path.child('type'), source.type, HOST_PATH_TYPES));
  }
}

export function checkGitRepo(errors: Errors, path: Path, { repository, directory = '' }: any): void {
  checkRequired(errors, path, 'repository', repository);
  if (directory.startsWith('/')) errors.push(invalid(path.child('directory'), directory, 'must be a relative path'));
  checkNoBacksteps(errors, path, 'directory', directory);
}

/** One `{key, path, mode}` of a secret, a configMap or a projection. */
export function checkKeyToPath(errors: Errors, path: Path, item: any): void {
  checkRequired(errors, path, 'key', item.key);
  checkRequired(errors, path, 'path', item.path);
  checkLocalPath(errors, path, 'path', item.path ?? '');
  checkFileMode(errors, path, 'mode', item.mode);
}

function checkItems(errors: Errors, path: Path, source: any): void {
  checkFileMode(errors, path, 'defaultMode', source.defaultMode);
  (source.items as readonly any[] | undefined)?.forEach((item, i) => {
    checkKeyToPath(errors, path.child('items').index(i), item);
  });
}

export function checkSecret(errors: Errors, path: Path, source: any): void {
  checkRequired(errors, path, 'secretName', source.secretName);
  checkItems(errors, path, source);
}

export function checkConfigMap(errors: Errors, path: Path, source: any): void {
  checkRequired(errors, path, 'name', source.name);
  checkItems(errors, path, source);
}

export function checkClaim(errors: Errors, path: Path, source: any): void {
  checkRequired(errors, path, 'claimName', source.claimName);
}

export function checkImage(errors: Errors, path: Path, source: any, isPod: boolean): void {
  if (isPod) checkRequired(errors, path, 'reference', source.reference);
  checkEnum(errors, path, 'pullPolicy', source.pullPolicy, ['Always', 'IfNotPresent', 'Never']);
}

/** One file of a downward API volume or projection. Kubernetes' paths leave out its index. */
export function checkDownwardFile(errors: Errors, path: Path, file: any): void {
  checkRequired(errors, path, 'path', file.path);
  checkLocalPath(errors, path, 'path', file.path ?? '');
  if (file.fieldRef) {
    checkFieldRef(errors, path.child('fieldRef'), file.fieldRef, VOLUME_FIELDS);
    if (file.resourceFieldRef) {
      errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (file.resourceFieldRef) {
    checkResourceFieldRef(errors, path.child('resourceFieldRef'), file.resourceFieldRef, true);
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  checkFileMode(errors, path, 'mode', file.mode);
}

export function checkDownwardApi(errors: Errors, path: Path, source: any): void {
  checkFileMode(errors, path, 'defaultMode', source.defaultMode);
  for (const file of source.items ?? []) checkDownwardFile(errors, path, file);
}
