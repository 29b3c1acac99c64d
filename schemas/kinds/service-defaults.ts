/** Defaults of a Service. Addresses and node ports are not given out here: what was sent is kept. */
import type { Service } from '../meta/object.js';
import { familyOf } from './ip-rules.js';

const AFFINITY_TIMEOUT_SECONDS = 10_800;

type Spec = NonNullable<Service['spec']>;
type Port = NonNullable<Spec['ports']>[number];

const isExternal = (type: string | undefined) => type === 'NodePort' || type === 'LoadBalancer';

function defaultPort(port: Port): void {
  port.protocol ||= 'TCP';
  if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
}

function defaultAddresses(spec: Spec): void {
  if (spec.clusterIP && !spec.clusterIPs) spec.clusterIPs = [spec.clusterIP];
  if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
  if (spec.type === 'ExternalName') return;
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies ??= [familyOf(spec.clusterIP ?? '')];
}

/** In place. Written to only where something is missing, so parts shared with a stored Service stay as they are. */
export function applyServiceDefaults(service: Service): void {
  service.spec ??= {};
  const { spec } = service;
  spec.type ||= 'ClusterIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig) delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_TIMEOUT_SECONDS } };
  }
  if (spec.ports) for (const port of spec.ports) defaultPort(port);
  if (isExternal(spec.type)) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  defaultAddresses(spec);
}

const hasAddress = (type: string | undefined) => type !== 'ExternalName';

/** The node port that `previous` had for the same port and protocol. */
function withNodePort(port: Port, previous: readonly Port[]): Port {
  if (port.nodePort) return port;
  const protocol = port.protocol || 'TCP';
  const before = previous.find((candidate) => candidate.port === port.port && candidate.protocol === protocol);
  return before?.nodePort ? { ...port, nodePort: before.nodePort } : port;
}

function sameNodePorts(a: readonly Port[], b: readonly Port[]): boolean {
  const listed = (ports: readonly Port[]) =>
    JSON.stringify(ports.map(({ nodePort }) => nodePort ?? 0).sort((a, b) => a - b));
  return listed(a) === listed(b);
}

function withoutNodePort(port: Port): Port {
  const copy = { ...port };
  delete copy.nodePort;
  return copy;
}

/** What was given to the Service and is left out of the update stays, as `kubectl replace` expects. */
function keepAllocated(spec: Spec, old: Spec): void {
  if (hasAddress(spec.type) && hasAddress(old.type) && !spec.clusterIP && !spec.clusterIPs && old.clusterIP) {
    spec.clusterIP = old.clusterIP;
    if (old.clusterIPs) spec.clusterIPs = old.clusterIPs;
  }
  if (isExternal(spec.type) && isExternal(old.type)) {
    spec.ports = (spec.ports ?? []).map((port) => withNodePort(port, old.ports ?? []));
  }
}

/** A change of type drops what only the old type had, unless the update changes it too. */
function dropFormerFields(spec: Spec, old: Spec): void {
  if (isExternal(old.type) && !isExternal(spec.type)) {
    if (sameNodePorts(spec.ports ?? [], old.ports ?? [])) spec.ports = spec.ports?.map(withoutNodePort);
    if (spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  }
  if (hasAddress(old.type) && !hasAddress(spec.type) && spec.clusterIP === old.clusterIP) {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) delete spec[field];
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') delete spec.allocateLoadBalancerNodePorts;
}

/** In place on `next`, whose defaults may not have been set yet. */
export function carryOverSpec(next: Service, previous: Service): void {
  const spec: Spec = { ...next.spec };
  const old = previous.spec ?? {};
  keepAllocated(spec, old);
  dropFormerFields(spec, old);
  next.spec = spec;
}
