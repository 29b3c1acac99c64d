/** Whether a pod may run on a node, and Kubernetes' words for why not. Pure. */
import type { Taint } from '../../schemas/meta/object.js';
import { isTolerated } from '../../schemas/meta/tolerations.js';
import type { HostPort, NodeExpression, NodeTerm, PodRequest } from '../../schemas/messages/auction.js';
import type { NodeFacts } from './node-facts.js';

/** What is taken of a node: bound and reserved. */
export interface NodeUse {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
  readonly others: ReadonlyMap<string, number>;
  /** `TCP/80` → address → pods. */
  readonly ports: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** `hopeless`: no removal of other pods would help. */
export interface Unfit {
  readonly reasons: readonly string[];
  readonly hopeless: boolean;
}

const hopeless = (reason: string): Unfit => ({ reasons: [reason], hopeless: true });
const UNSCHEDULABLE = hopeless('node(s) were unschedulable');
const TAINTED = hopeless('node(s) had untolerated taint(s)');
const NO_AFFINITY = hopeless("node(s) didn't match Pod's node affinity/selector");
const NO_PORTS: Unfit = {
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
  hopeless: false,
};
const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function holds({ operator, values = [] }: NodeExpression, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
    case 'Lt': {
      const [have, bound] = [Number(actual ?? Number.NaN), Number(values[0] ?? Number.NaN)];
      return operator === 'Gt' ? have > bound : have < bound;
    }
    default:
      return false;
  }
}

/** An empty term matches nothing. */
export function matchesTerm(term: NodeTerm, node: NodeFacts): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((expression) => holds(expression, node.labels[expression.key])) &&
    matchFields.every((expression) => holds(expression, expression.key === 'metadata.name' ? node.name : undefined))
  );
}

/** What a node's labels, taints and cordon say to the pod, whatever runs there. */
export function whyUnwelcome(node: NodeFacts, request: PodRequest): Unfit | undefined {
  const { tolerations, nodeSelector, requiredTerms } = request;
  if (node.unschedulable && !isTolerated(CORDON, tolerations)) return UNSCHEDULABLE;
  for (const taint of node.taints) {
    if (taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, tolerations)) return TAINTED;
  }
  for (const label in nodeSelector) if (node.labels[label] !== nodeSelector[label]) return NO_AFFINITY;
  if (requiredTerms && !requiredTerms.some((term) => matchesTerm(term, node))) return NO_AFFINITY;
  return undefined;
}

function portTaken({ ip, protocol, port }: HostPort, use: NodeUse): boolean {
  const addresses = use.ports.get(`${protocol}/${port}`);
  if (!addresses || addresses.size === 0) return false;
  return ip === '0.0.0.0' || addresses.has(ip) || addresses.has('0.0.0.0');
}

/** What is left of the node, for one more such pod. Allocates nothing when it fits. */
export function whyFull(node: NodeFacts, use: NodeUse, request: PodRequest): Unfit | undefined {
  for (const port of request.hostPorts) if (portTaken(port, use)) return NO_PORTS;
  let reasons: string[] | undefined;
  let never = false;
  const lacks = (reason: string, impossible: boolean) => {
    (reasons ??= []).push(reason);
    never ||= impossible;
  };
  if (use.pods + 1 > node.pods) lacks('Too many pods', false);
  const { cpuMillis, memoryBytes, others } = request;
  if (cpuMillis > 0 && use.cpuMillis + cpuMillis > node.cpuMillis)
    lacks('Insufficient cpu', cpuMillis > node.cpuMillis);
  if (memoryBytes > 0 && use.memoryBytes + memoryBytes > node.memoryBytes) {
    lacks('Insufficient memory', memoryBytes > node.memoryBytes);
  }
  for (const resource in others) {
    const amount = others[resource] ?? 0;
    const total = node.others[resource] ?? 0;
    if (amount > 0 && (use.others.get(resource) ?? 0) + amount > total)
      lacks(`Insufficient ${resource}`, amount > total);
  }
  return reasons && { reasons, hopeless: never };
}

/** Undefined where the pod fits. Kubernetes' filters in their order; the first that objects speaks. */
export function whyUnfit(node: NodeFacts, use: NodeUse, request: PodRequest): Unfit | undefined {
  return whyUnwelcome(node, request) ?? whyFull(node, use, request);
}
