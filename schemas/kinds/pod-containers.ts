/** Rules of containers, init containers and ephemeral containers. */
import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  pushInvalid,
  required,
  tooMany,
} from '../meta/field-errors.js';
import { portName, portNumber } from '../meta/names.js';
import { checkEnv, checkEnvFrom } from './pod-environment.js';
import { checkEnum, checkLabel, type Errors, isSimplePortName, type PodScope } from './pod-field-rules.js';
import { checkVolumeDevices, checkVolumeMounts } from './pod-mounts.js';
import type { Path } from './pod-path.js';
import { checkLifecycle, checkProbes } from './pod-probes.js';
import { checkContainerResources } from './pod-resources.js';
import { checkSecurityContext } from './pod-security.js';

const MESSAGE_POLICIES: readonly string[] = ['FallbackToLogsOnError', 'File'];
const PULL_POLICIES: readonly string[] = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP'];
const RESTART_POLICIES: readonly string[] = ['Always', 'Never', 'OnFailure'];
const RESTART_RULES_MAX = 20;

function checkPortName(errors: Errors, path: Path, ports: readonly any[], i: number): void {
  const { name } = ports[i];
  const messages = portName(name);
  if (messages.length > 0) pushInvalid(errors, path.index(i).child('name'), name, messages);
  else if (ports.findIndex((port) => port.name === name) < i) errors.push(duplicate(path.index(i).child('name'), name));
}

const isPort = (port: number) => port > 0 && port <= 65535;

function isOrdinaryPort(ports: readonly any[], i: number): boolean {
  const { name, containerPort, hostPort, protocol } = ports[i];
  if (!isPort(containerPort) || (hostPort && !isPort(hostPort)) || !PROTOCOLS.includes(protocol)) return false;
  if (!name) return true;
  for (let j = 0; j < i; j++) if (ports[j].name === name) return false;
  return isSimplePortName(name);
}

function checkPort(errors: Errors, path: Path, port: any): void {
  if (!port.containerPort) errors.push(required(path.child('containerPort')));
  else pushInvalid(errors, path.child('containerPort'), port.containerPort, portNumber(port.containerPort));
  if (port.hostPort) pushInvalid(errors, path.child('hostPort'), port.hostPort, portNumber(port.hostPort));
  checkEnum(errors, path, 'protocol', port.protocol, PROTOCOLS);
}

function checkPorts(errors: Errors, container: Path, ports: readonly any[]): void {
  for (let i = 0; i < ports.length; i++) {
    if (isOrdinaryPort(ports, i)) continue;
    if (ports[i].name) checkPortName(errors, container.child('ports'), ports, i);
    checkPort(errors, container.child('ports').index(i), ports[i]);
  }
}

/** Host ports must differ, over all the containers given. */
function checkHostPorts(errors: Errors, list: Path, containers: readonly any[]): void {
  let seen: Set<string> | undefined;
  for (let c = 0; c < containers.length; c++) {
    const ports: readonly any[] = containers[c].ports ?? [];
    for (let i = 0; i < ports.length; i++) {
      const { hostPort, hostIP = '', protocol } = ports[i];
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      seen ??= new Set();
      if (seen.has(key)) errors.push(duplicate(list.index(c).child('ports').index(i).child('hostPort'), key));
      seen.add(key);
    }
  }
}

const RESIZABLE: readonly string[] = ['cpu', 'memory'];
const RESIZE_POLICIES: readonly string[] = ['NotRequired', 'RestartContainer'];

function checkResizePolicy(errors: Errors, path: Path, policies: readonly any[], podRestartPolicy: string): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName, restartPolicy }, i) => {
    if (seen.has(resourceName)) errors.push(duplicate(path.index(i), resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(required(path));
    else if (!RESIZABLE.includes(resourceName)) errors.push(notSupported(path, resourceName, RESIZABLE));
    if (!restartPolicy) errors.push(required(path));
    else if (!RESIZE_POLICIES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, RESIZE_POLICIES));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  });
}

function checkRestartRules(errors: Errors, path: Path, rules: readonly any[]): void {
  if (rules.length > RESTART_RULES_MAX) errors.push(tooMany(path, rules.length, RESTART_RULES_MAX));
  rules.forEach(({ action, exitCodes }, i) => {
    const rule = path.index(i);
    checkEnum(errors, rule, 'action', action, ['Restart']);
    if (!exitCodes) errors.push(required(rule.child('exitCodes'), 'must be specified'));
    else checkEnum(errors, rule.child('exitCodes'), 'operator', exitCodes.operator, ['In', 'NotIn']);
  });
}

/** Of the container itself, not of the pod. */
function checkRestart(errors: Errors, path: Path, container: any): void {
  const { restartPolicy, restartPolicyRules } = container;
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(path.child('restartPolicy'), restartPolicy, RESTART_POLICIES));
  }
  if (!restartPolicyRules?.length) return;
  if (restartPolicy === undefined) {
    errors.push(required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used'));
  }
  checkRestartRules(errors, path.child('restartPolicyRules'), restartPolicyRules);
}

/** What holds for containers of all sorts. */
function checkCommon(errors: Errors, path: Path, container: any, scope: PodScope): void {
  if (!container.name) errors.push(required(path.child('name')));
  else checkLabel(errors, path, 'name', container.name);
  if (!container.image) errors.push(required(path.child('image')));
  checkEnum(errors, path, 'terminationMessagePolicy', container.terminationMessagePolicy, MESSAGE_POLICIES);
  if (container.ports) checkPorts(errors, path, container.ports);
  if (container.env) checkEnv(errors, path, container.env);
  if (container.envFrom) checkEnvFrom(errors, path, container.envFrom);
  if (container.volumeMounts) checkVolumeMounts(errors, path, container, scope);
  if (container.volumeDevices) checkVolumeDevices(errors, path, container, scope);
  checkEnum(errors, path, 'imagePullPolicy', container.imagePullPolicy, PULL_POLICIES);
  if (container.resources) checkContainerResources(errors, path.child('resources'), container.resources, scope);
  if (container.resizePolicy) {
    checkResizePolicy(errors, path.child('resizePolicy'), container.resizePolicy, scope.restartPolicy);
  }
  if (container.securityContext) {
    checkSecurityContext(errors, path.child('securityContext'), container.securityContext, scope.hostUsers);
  }
}

function isNameTaken(containers: readonly any[], i: number): boolean {
  for (let j = 0; j < i; j++) if (containers[j].name === containers[i].name) return true;
  return false;
}

export function checkContainers(
  errors: Errors,
  path: Path,
  containers: readonly any[] | undefined,
  scope: PodScope,
): void {
  if (!containers?.length) return void errors.push(required(path));
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    const at = path.index(i);
    checkCommon(errors, at, container, scope);
    if (isNameTaken(containers, i)) errors.push(duplicate(at.child('name'), container.name ?? ''));
    if (container.lifecycle) checkLifecycle(errors, at, container, scope.gracePeriod);
    checkProbes(errors, at, container, scope.gracePeriod);
    if (container.restartPolicy !== undefined || container.restartPolicyRules) checkRestart(errors, at, container);
  }
  checkHostPorts(errors, path, containers);
}

const SIDECAR_ONLY = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function checkSidecar(errors: Errors, path: Path, container: any, scope: PodScope): void {
  if (container.restartPolicy === 'Always') {
    if (container.lifecycle) checkLifecycle(errors, path, container, scope.gracePeriod);
    checkProbes(errors, path, container, scope.gracePeriod);
    return;
  }
  for (const field of SIDECAR_ONLY) {
    if (!container[field]) continue;
    errors.push(forbidden(path.child(field), 'may not be set for init containers without restartPolicy=Always'));
  }
  if (container.resizePolicy?.length) {
    const why = 'must not be set for init containers';
    errors.push(invalid(path.child('resizePolicy'), container.resizePolicy, why));
  }
}

export function checkInitContainers(errors: Errors, path: Path, spec: any, scope: PodScope): void {
  const containers: readonly any[] = spec.initContainers;
  const names = new Set<string>((spec.containers ?? []).map(({ name }: { name: string }) => name));
  containers.forEach((container, i) => {
    const at = path.index(i);
    checkCommon(errors, at, container, scope);
    if (container.restartPolicy !== undefined || container.restartPolicyRules) checkRestart(errors, at, container);
    if (names.has(container.name)) errors.push(duplicate(at.child('name'), container.name));
    else if (container.name) names.add(container.name);
    checkHostPorts(errors, path, [container]);
    checkSidecar(errors, at, container, scope);
  });
}

const FORBIDDEN_IN_EPHEMERAL = [
  'ports',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;
const NOT_IN_EPHEMERAL = 'cannot be set for an Ephemeral Container';

const isSet = (value: any) => (Array.isArray(value) ? value.length > 0 : value !== undefined);

function checkEphemeralFields(errors: Errors, path: Path, container: any): void {
  for (const field of FORBIDDEN_IN_EPHEMERAL) {
    if (isSet(container[field])) errors.push(forbidden(path.child(field), NOT_IN_EPHEMERAL));
  }
  for (const _ in container.resources) {
    errors.push(forbidden(path.child('resources'), NOT_IN_EPHEMERAL));
    break;
  }
  (container.volumeMounts as readonly any[] | undefined)?.forEach(({ subPath, subPathExpr }, i) => {
    const mount = path.child('volumeMounts').index(i);
    if (subPath) errors.push(forbidden(mount.child('subPath'), NOT_IN_EPHEMERAL));
    if (subPathExpr) errors.push(forbidden(mount.child('subPathExpr'), NOT_IN_EPHEMERAL));
  });
}

export function checkEphemeralContainers(errors: Errors, path: Path, spec: any, scope: PodScope): void {
  const others = new Set<string>([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  (spec.ephemeralContainers as readonly any[]).forEach((container, i) => {
    const at = path.index(i);
    checkCommon(errors, at, container, scope);
    checkImageSpace(errors, at, container);
    if (names.has(container.name)) errors.push(duplicate(at.child('name'), container.name));
    else names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFound(at.child('targetContainerName'), target));
    checkEphemeralFields(errors, at, container);
  });
}

/** Only of pods: old templates may hold such images. */
export function checkImageSpace(errors: Errors, path: Path, container: any): void {
  const image: string = container.image ?? '';
  if (image.trim().length === image.length) return;
  errors.push(invalid(path.child('image'), image, 'must not have leading or trailing whitespace'));
}
