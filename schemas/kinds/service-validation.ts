/** Kubernetes' rules for Services. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { duplicate, forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { validateLabels } from '../meta/label-selector.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1035Label, dns1123Label, dns1123Subdomain, portName, portNumber, qualifiedName } from '../meta/names.js';
import type { Service } from '../meta/object.js';
import { BAD_IP, isIp } from './ip-rules.js';

type Spec = NonNullable<Service['spec']>;
type Port = NonNullable<Spec['ports']>[number];

const RULES = { namespaced: true, nameRule: dns1035Label };
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const AFFINITIES = ['ClientIP', 'None'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const AFFINITY_TIMEOUT_MAX_SECONDS = 86_400;
const KUBELET_PORT = 10_250;

const isHeadless = ({ clusterIP, clusterIPs }: Spec) => clusterIP === 'None' || clusterIPs?.[0] === 'None';

function oneOf(errors: FieldError[], path: string, value: string | undefined, supported: readonly string[]): void {
  if (!value) errors.push(required(path));
  else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

function validateTarget(errors: FieldError[], targetPort: Port['targetPort'], path: string): void {
  if (typeof targetPort === 'string') pushInvalid(errors, path, targetPort, portName(targetPort));
  else pushInvalid(errors, path, targetPort ?? 0, portNumber(targetPort ?? 0));
}

function validatePort(errors: FieldError[], port: Port, nameNeeded: boolean, names: Set<string>, path: string): void {
  const { name = '', appProtocol } = port;
  if (name === '') {
    if (nameNeeded) errors.push(required(`${path}.name`));
  } else {
    pushInvalid(errors, `${path}.name`, name, dns1123Label(name));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  pushInvalid(errors, `${path}.port`, port.port, portNumber(port.port));
  oneOf(errors, `${path}.protocol`, port.protocol, PROTOCOLS);
  validateTarget(errors, port.targetPort, `${path}.targetPort`);
  if (appProtocol !== undefined) pushInvalid(errors, `${path}.appProtocol`, appProtocol, qualifiedName(appProtocol));
}

function validatePorts(errors: FieldError[], spec: Spec): void {
  const { ports = [], type } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required('spec.ports'));
  const names = new Set<string>();
  const pairs = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    validatePort(errors, port, ports.length > 1, names, path);
    if (type === 'LoadBalancer' && port.port === KUBELET_PORT) {
      const rule = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      errors.push(invalid(`${path}`, port.port, rule));
    }
    const pair = `${port.protocol} ${port.port}`;
    if (pairs.has(pair)) errors.push(duplicate(path, { protocol: port.protocol, port: port.port }));
    pairs.add(pair);
    validateNodePort(errors, port, type, nodePorts, path);
  }
}

function validateNodePort(
  errors: FieldError[],
  { nodePort, protocol }: Port,
  type: string | undefined,
  taken: Set<string>,
  path: string,
): void {
  if (!nodePort) return;
  if (type === 'ClusterIP' || type === 'ExternalName') {
    errors.push(forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    return;
  }
  pushInvalid(errors, `${path}.nodePort`, nodePort, portNumber(nodePort));
  const pair = `${protocol} ${nodePort}`;
  if (taken.has(pair)) errors.push(duplicate(`${path}.nodePort`, nodePort));
  taken.add(pair);
}

function validateByType(errors: FieldError[], spec: Spec): void {
  const { type, clusterIPs = [], externalName = '' } = spec;
  if (isHeadless(spec) && (type === 'LoadBalancer' || type === 'NodePort')) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  if (type !== 'ExternalName') return;
  if (clusterIPs.length > 0) errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
  const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
  if (name === '') errors.push(required('spec.externalName'));
  else pushInvalid(errors, 'spec.externalName', name, dns1123Subdomain(name));
}

function validateAffinity(errors: FieldError[], { sessionAffinity, sessionAffinityConfig }: Spec): void {
  oneOf(errors, 'spec.sessionAffinity', sessionAffinity, AFFINITIES);
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || (seconds > 0 && seconds <= AFFINITY_TIMEOUT_MAX_SECONDS)) return;
  const rule = `must be greater than 0 and less than ${AFFINITY_TIMEOUT_MAX_SECONDS}`;
  errors.push(invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, rule));
}

function validateAddresses(errors: FieldError[], { clusterIP, clusterIPs = [], externalIPs = [] }: Spec): void {
  for (const [index, ip] of clusterIPs.entries()) {
    const path = `spec.clusterIPs[${index}]`;
    if (ip === 'None' && clusterIPs.length === 1) continue;
    if (ip === 'None') errors.push(invalid(path, ip, "'None' must be the first and only value"));
    else if (!isIp(ip)) errors.push(invalid(path, ip, BAD_IP));
  }
  if (clusterIPs.length > 2) errors.push(invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  if ((clusterIPs[0] ?? '') !== (clusterIP ?? '')) {
    errors.push(invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  }
  for (const [index, ip] of externalIPs.entries()) {
    if (!isIp(ip)) errors.push(invalid(`spec.externalIPs[${index}]`, ip, BAD_IP));
  }
}

export function validateService(service: Service): FieldError[] {
  const spec = service.spec ?? {};
  const errors = validateObjectMeta(service.metadata, RULES);
  validateByType(errors, spec);
  validatePorts(errors, spec);
  if (spec.selector) validateLabels(errors, spec.selector, 'spec.selector');
  validateAffinity(errors, spec);
  validateAddresses(errors, spec);
  oneOf(errors, 'spec.type', spec.type, TYPES);
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal } = spec;
  if (external) oneOf(errors, 'spec.externalTrafficPolicy', external, TRAFFIC_POLICIES);
  if (internal) oneOf(errors, 'spec.internalTrafficPolicy', internal, TRAFFIC_POLICIES);
  return errors;
}

/** An address, once given, stays, unless the Service becomes an ExternalName or was one. */
export function validateServiceUpdate(next: Service, previous: Service): FieldError[] {
  const errors: FieldError[] = [];
  const [now, old] = [next.spec ?? {}, previous.spec ?? {}];
  if (now.type === 'ExternalName' || old.type === 'ExternalName') return errors;
  const first = old.clusterIPs?.[0];
  if (first && now.clusterIPs?.[0] !== first) {
    errors.push(invalid('spec.clusterIPs[0]', now.clusterIPs ?? [], 'may not change once set'));
  }
  const second = old.clusterIPs?.[1];
  if (second && now.clusterIPs?.[1] && !deepEqual(now.clusterIPs[1], second)) {
    errors.push(invalid('spec.clusterIPs[1]', now.clusterIPs, 'may not change once set'));
  }
  return errors;
}
