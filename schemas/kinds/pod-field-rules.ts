/** Rules for single values that several parts of a PodSpec share. Each adds to `errors` what it finds. */
import type { FieldError } from '../errors.js';
import { invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { dns1123Label, dns1123Subdomain, portName, portNumber, qualifiedName, rangeMessage } from '../meta/names.js';
import type { Path } from './pod-path.js';

export type Errors = FieldError[];

/** What a container's rules need to know of its pod. */
export interface PodScope {
  /** The volumes without errors, by name. */
  readonly volumes: ReadonlyMap<string, any>;
  readonly claimNames: readonly string[];
  readonly gracePeriod: number | undefined;
  readonly restartPolicy: string;
  /** False when the pod has a user namespace of its own. */
  readonly hostUsers: boolean;
}

export const INT32_MAX = 2_147_483_647;
export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const NOT_POSITIVE = 'must be greater than zero';
const FILE_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const ID_RANGE = rangeMessage(0, INT32_MAX);

export function checkNotNegative(errors: Errors, path: Path, name: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalid(path.child(name), value, NOT_NEGATIVE));
}

export function checkRequired(errors: Errors, path: Path, name: string, value: unknown): void {
  if (!value) errors.push(required(path.child(name)));
}

/** A user or group id. */
export function checkId(errors: Errors, path: Path, name: string, id: number | undefined): void {
  if (id !== undefined && (id < 0 || id > INT32_MAX)) errors.push(invalid(path.child(name), id, ID_RANGE));
}

export function checkIds(errors: Errors, path: Path, name: string, ids: readonly number[] | undefined): void {
  ids?.forEach((id, i) => {
    if (id < 0 || id > INT32_MAX) errors.push(invalid(path.child(name).index(i), id, ID_RANGE));
  });
}

export function checkFileMode(errors: Errors, path: Path, name: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.push(invalid(path.child(name), mode, FILE_MODE));
}

/** `value` is one of `supported`; absent is fine. */
export function checkOneOf(errors: Errors, path: Path, name: string, value: any, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(value)) errors.push(notSupported(path.child(name), value, supported));
}

/** `value` is there and one of `supported`. */
export function checkEnum(errors: Errors, path: Path, name: string, value: any, supported: readonly string[]): void {
  if (!value) errors.push(required(path.child(name)));
  else if (!supported.includes(value)) errors.push(notSupported(path.child(name), value, supported));
}

export function checkLabel(errors: Errors, path: Path, name: string, value: string): void {
  const messages = dns1123Label(value);
  if (messages.length > 0) pushInvalid(errors, path.child(name), value, messages);
}

export function checkSubdomain(errors: Errors, path: Path, name: string, value: string): void {
  const messages = dns1123Subdomain(value);
  if (messages.length > 0) pushInvalid(errors, path.child(name), value, messages);
}

/** A label key, reported at `path` itself. */
export function checkQualifiedName(errors: Errors, path: () => Path, value: string): void {
  const messages = qualifiedName(value);
  if (messages.length > 0) pushInvalid(errors, path(), value, messages);
}

const SIMPLE_PORT_NAME = /^[a-z][a-z0-9]{0,14}$/;

/** Good without a look at all the rules of port names. */
export const isSimplePortName = (name: string) => SIMPLE_PORT_NAME.test(name);

export function checkPortNumberOrName(errors: Errors, path: Path, port: number | string | undefined): void {
  if (typeof port === 'string' && isSimplePortName(port)) return;
  const messages = typeof port === 'string' ? portName(port) : portNumber(port ?? 0);
  if (messages.length > 0) pushInvalid(errors, path.child('port'), port ?? 0, messages);
}

const hasBacksteps = (path: string) => path.includes('..') && path.split('/').includes('..');

export function checkNoBacksteps(errors: Errors, path: Path, name: string, target: string): void {
  if (hasBacksteps(target)) errors.push(invalid(path.child(name), target, "must not contain '..'"));
}

/** A relative path that stays inside: a subPath, a seccomp profile. */
export function checkDescendingPath(errors: Errors, path: Path, name: string, target: string): void {
  if (target.charCodeAt(0) === 47) errors.push(invalid(path.child(name), target, 'must be a relative path'));
  checkNoBacksteps(errors, path, name, target);
}

/** A relative path of a file in a volume; names that begin with `..` belong to the volume's writer. */
export function checkLocalPath(errors: Errors, path: Path, name: string, target: string): void {
  checkDescendingPath(errors, path, name, target);
  if (target.startsWith('..') && !target.startsWith('../')) {
    errors.push(invalid(path.child(name), target, "must not start with '..'"));
  }
}
