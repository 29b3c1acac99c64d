/** Rules of the security contexts of pods and containers. */
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../meta/field-errors.js';
import { checkDescendingPath, checkId, checkIds, checkOneOf, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';
import { checkWindowsOptions } from './pod-windows.js';

const PROFILE_TYPES: readonly string[] = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const APPARMOR_PATH_MAX = 4095;
const SYSCTL_MAX = 253;
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_PATTERN = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL = new RegExp(SYSCTL_PATTERN);
const IPC_SYSCTLS = /^(kernel\.(msgmax|msgmnb|msgmni|sem|shm[a-z_]*)$|fs\.mqueue\.)/;

function checkSeccomp(errors: Errors, path: Path, profile: any): void {
  if (!profile.type) errors.push(required(path.child('type'), 'type is required when seccompProfile is set'));
  else if (!PROFILE_TYPES.includes(profile.type)) {
    errors.push(notSupported(path.child('type'), profile.type, PROFILE_TYPES));
  }
  const { localhostProfile } = profile;
  if (profile.type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    errors.push(invalid(path.child('localhostProfile'), profile, 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined) {
    errors.push(required(path.child('localhostProfile'), 'must be set when seccomp type is Localhost'));
  } else {
    checkDescendingPath(errors, path, 'localhostProfile', localhostProfile);
  }
}

function checkAppArmorLocalhost(errors: Errors, path: Path, profile: string | undefined): void {
  if (profile === undefined || profile === '') {
    errors.push(required(path, 'must be set when AppArmor type is Localhost'));
    return;
  }
  if (profile.trim() !== profile) errors.push(invalid(path, profile, 'must not be padded with whitespace'));
  if (profile.length > APPARMOR_PATH_MAX) errors.push(tooLong(path, '', APPARMOR_PATH_MAX));
}

function checkAppArmor(errors: Errors, path: Path, profile: any): void {
  const { type, localhostProfile } = profile;
  if (type === 'Localhost') checkAppArmorLocalhost(errors, path.child('localhostProfile'), localhostProfile);
  else if (!type) errors.push(required(path.child('type'), 'type is required when appArmorProfile is set'));
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(path.child('type'), type, PROFILE_TYPES));
  else if (localhostProfile !== undefined) {
    const why = 'can only be set when AppArmor type is Localhost';
    errors.push(invalid(path.child('localhostProfile'), localhostProfile, why));
  }
}

function checkHostSysctl(errors: Errors, path: Path, sysctl: string, spec: any): void {
  const name = sysctl.replaceAll('/', '.');
  if (spec.hostNetwork && name.startsWith('net.')) {
    errors.push(invalid(path, sysctl, "may not be specified when 'hostNetwork' is true"));
  } else if (spec.hostIPC && IPC_SYSCTLS.test(name)) {
    errors.push(invalid(path, sysctl, "may not be specified when 'hostIPC' is true"));
  }
}

function checkSysctls(errors: Errors, path: Path, sysctls: readonly any[], spec: any): void {
  const names = new Set<string>();
  sysctls.forEach(({ name = '' }, i) => {
    const at = path.index(i).child('name');
    if (!name) errors.push(required(at));
    else if (name.length > SYSCTL_MAX || !SYSCTL.test(name)) {
      errors.push(invalid(at, name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL_PATTERN}`));
    } else if (names.has(name)) errors.push(duplicate(at, name));
    checkHostSysctl(errors, at, name, spec);
    names.add(name);
  });
}

export function checkPodSecurityContext(errors: Errors, path: Path, context: any, spec: any): void {
  checkId(errors, path, 'fsGroup', context.fsGroup);
  checkId(errors, path, 'runAsUser', context.runAsUser);
  checkId(errors, path, 'runAsGroup', context.runAsGroup);
  checkIds(errors, path, 'supplementalGroups', context.supplementalGroups);
  if (spec.shareProcessNamespace && spec.hostPID) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(path.child('shareProcessNamespace'), true, why));
  }
  if (context.sysctls) checkSysctls(errors, path.child('sysctls'), context.sysctls, spec);
  checkOneOf(errors, path, 'fsGroupChangePolicy', context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  if (context.seccompProfile) checkSeccomp(errors, path.child('seccompProfile'), context.seccompProfile);
  if (context.windowsOptions) checkWindowsOptions(errors, path.child('windowsOptions'), context.windowsOptions);
  if (context.appArmorProfile) checkAppArmor(errors, path.child('appArmorProfile'), context.appArmorProfile);
  checkOneOf(errors, path, 'supplementalGroupsPolicy', context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  checkOneOf(errors, path, 'seLinuxChangePolicy', context.seLinuxChangePolicy, ['MountOption', 'Recursive']);
}

function checkEscalation(errors: Errors, path: Path, context: any): void {
  if (context.privileged) {
    errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.push(invalid(path, context, why));
  }
}

export function checkSecurityContext(errors: Errors, path: Path, context: any, hostUsers: boolean): void {
  checkId(errors, path, 'runAsUser', context.runAsUser);
  checkId(errors, path, 'runAsGroup', context.runAsGroup);
  const { procMount } = context;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked') {
      errors.push(notSupported(path.child('procMount'), procMount, ['Default', 'Unmasked']));
    }
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(invalid(path.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  if (context.seccompProfile) checkSeccomp(errors, path.child('seccompProfile'), context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) checkEscalation(errors, path, context);
  if (context.windowsOptions) checkWindowsOptions(errors, path.child('windowsOptions'), context.windowsOptions);
  if (context.appArmorProfile) checkAppArmor(errors, path.child('appArmorProfile'), context.appArmorProfile);
}

/** A user namespace excludes the host's other namespaces. */
export function checkHostUsers(errors: Errors, path: Path, spec: any): void {
  if (spec.hostUsers !== false) return;
  const why = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork) errors.push(forbidden(path.child('hostNetwork'), why));
  if (spec.hostPID) errors.push(forbidden(path.child('HostPID'), why));
  if (spec.hostIPC) errors.push(forbidden(path.child('HostIPC'), why));
}
