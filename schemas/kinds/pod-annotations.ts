/** Rules of the annotations that mean something in a pod. */
import { forbidden, invalid } from '../meta/field-errors.js';
import { checkDescendingPath, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';
import { eachContainer } from './pod-windows.js';
import { SPEC } from './pod-path.js';

export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';
const SECCOMP_NAMES: readonly string[] = ['runtime/default', 'docker/default', 'unconfined'];

type Annotations = Readonly<Record<string, string>> | undefined;

function isInt32(text: string): boolean {
  if (!/^(0|-?[1-9]\d{0,9})$/.test(text)) return false;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function checkSeccompName(errors: Errors, path: Path, key: string, profile: string): void {
  if (SECCOMP_NAMES.includes(profile)) return;
  if (profile.startsWith(LOCALHOST)) checkDescendingPath(errors, path, key, profile.slice(LOCALHOST.length));
  else errors.push(invalid(path.child(key), profile, 'must be a valid seccomp profile'));
}

function checkAppArmorName(errors: Errors, path: Path, key: string, profile: string, spec: any): void {
  const name = key.slice(APPARMOR.length);
  let found = false;
  eachContainer(spec, SPEC, (container) => {
    found ||= container.name === name;
  });
  if (!found) errors.push(invalid(path.key(key), name, 'container not found'));
  if (profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith(LOCALHOST))
    return;
  errors.push(invalid(path.key(key), profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
}

export function checkPodAnnotations(errors: Errors, path: Path, annotations: Annotations, spec: any): void {
  for (const key in annotations) {
    const value = annotations[key]!;
    if (key === MIRROR && !spec.nodeName) {
      errors.push(invalid(path.key(key), value, 'must set spec.nodeName if mirror pod annotation is set'));
    } else if (key === DELETION_COST && !isInt32(value)) {
      errors.push(invalid(path.key(key), value, 'must be a 32bit integer'));
    } else if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      checkSeccompName(errors, path, key, value);
    } else if (key.startsWith(APPARMOR)) {
      checkAppArmorName(errors, path, key, value, spec);
    }
  }
}

/** A running pod keeps these. */
export function checkPodAnnotationUpdate(errors: Errors, path: Path, next: Annotations, previous: Annotations): void {
  if (next === previous) return;
  for (const key in previous) {
    if (next?.[key] === previous[key]) continue;
    if (key.startsWith(APPARMOR))
      errors.push(forbidden(path.key(key), 'may not remove or update AppArmor annotations'));
    if (key === MIRROR) errors.push(forbidden(path.key(key), 'may not remove or update mirror pod annotation'));
  }
  for (const key in next) {
    if (previous?.[key] !== undefined) continue;
    if (key.startsWith(APPARMOR)) errors.push(forbidden(path.key(key), 'may not add AppArmor annotations'));
    if (key === MIRROR) errors.push(forbidden(path.key(key), 'may not add mirror pod annotation'));
  }
}
