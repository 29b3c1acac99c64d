/** What `spec.os` and windowsOptions allow and forbid. Troupe's nodes run Linux, but templates may say otherwise. */
import { forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const GMSA_SPEC_BYTES_MAX = 64 * 1024;
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** All containers of any sort with their paths, init containers first. */
export function eachContainer(spec: any, path: Path, visit: (container: any, path: Path) => void): void {
  for (const list of CONTAINER_LISTS) {
    const containers: readonly any[] | undefined = spec[list];
    containers?.forEach((container, i) => {
      visit(container, path.child(list).index(i));
    });
  }
}

function userNameProblem(userName: string): string | undefined {
  if (userName === '') return 'runAsUserName cannot be an empty string';
  if (/\p{Cc}/u.test(userName)) return 'runAsUserName cannot contain control characters';
  const parts = userName.split('\\');
  if (parts.length > 2) return 'runAsUserName cannot contain more than one backslash';
  const user = parts.at(-1) ?? '';
  if (parts.length === 2 && parts[0]!.length >= 256)
    return "runAsUserName's Domain length must be under 256 characters";
  if (user === '') return "runAsUserName's User cannot be empty";
  if (user.length > 104) return "runAsUserName's User length must not be longer than 104 characters";
  if (/^[. ]+$/.test(user)) return "runAsUserName's User cannot contain only periods or spaces";
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    return 'runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]';
  }
  return undefined;
}

export function checkWindowsOptions(errors: Errors, path: Path, options: any): void {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (name !== undefined) pushInvalid(errors, path.child('gmsaCredentialSpecName'), name, dns1123Subdomain(name));
  if (spec === '')
    errors.push(invalid(path.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (spec?.length > GMSA_SPEC_BYTES_MAX) {
    errors.push(invalid(path.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  const problem = runAsUserName === undefined ? undefined : userNameProblem(runAsUserName);
  if (problem) errors.push(invalid(path.child('runAsUserName'), runAsUserName, problem));
}

const namesWindows = (holder: any) => holder.securityContext?.windowsOptions !== undefined;

/** Whether anything of the pod speaks of Windows. */
function mentionsWindows(spec: any): boolean {
  if (namesWindows(spec)) return true;
  for (const list of CONTAINER_LISTS) if (spec[list]?.some(namesWindows)) return true;
  return false;
}

/** Host-process containers: all or none, and on the host's network. */
export function checkHostProcess(errors: Errors, path: Path, spec: any): void {
  if (!mentionsWindows(spec)) return;
  const ofPod: boolean | undefined = spec.securityContext?.windowsOptions?.hostProcess;
  let total = 0;
  let hostProcesses = 0;
  eachContainer(spec, path, (container, at) => {
    total++;
    const own: boolean | undefined = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const where = at.child('securityContext').child('windowsOptions').child('hostProcess');
      errors.push(invalid(where, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`));
    }
    if (own ?? ofPod) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== total) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', why));
  }
  if (!spec.hostNetwork) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(path.child('hostNetwork'), false, why));
  }
}

function forbidSet(errors: Errors, path: Path, holder: any, fields: readonly string[]): void {
  for (const field of fields) {
    if (holder?.[field]) errors.push(forbidden(path.child(field), 'cannot be set for a windows pod'));
  }
}

function checkLinux(errors: Errors, path: Path, spec: any): void {
  const why = 'windows options cannot be set for a linux pod';
  const visit = (holder: any, at: Path) => {
    if (holder.securityContext?.windowsOptions) {
      errors.push(forbidden(at.child('securityContext').child('windowsOptions'), why));
    }
  };
  visit(spec, path);
  eachContainer(spec, path, visit);
}

const LINUX_ONLY_POD = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const LINUX_ONLY_CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

function checkWindows(errors: Errors, path: Path, spec: any): void {
  forbidSet(errors, path, spec, ['hostPID', 'hostIPC', 'shareProcessNamespace']);
  if (spec.hostUsers !== undefined) errors.push(forbidden(path.child('hostUsers'), 'cannot be set for a windows pod'));
  forbidSet(errors, path.child('securityContext'), spec.securityContext, LINUX_ONLY_POD);
  eachContainer(spec, path, (container, at) => {
    forbidSet(errors, at.child('securityContext'), container.securityContext, LINUX_ONLY_CONTAINER);
  });
}

export function checkOs(errors: Errors, path: Path, spec: any): void {
  const name: string | undefined = spec.os.name;
  if (!name) errors.push(required(path.child('os').child('name'), 'cannot be empty'));
  else if (name === 'linux') checkLinux(errors, path, spec);
  else if (name === 'windows') checkWindows(errors, path, spec);
  else errors.push(notSupported(path.child('os'), name, ['linux', 'windows']));
}
