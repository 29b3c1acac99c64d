/** What the pods of one node use of it, and why one more doesn't fit: the kubelet's own check, made again after the scheduler's. */
import type { Pod } from '../../schemas/meta/object.js';
import { milliOf, valueOf } from '../../schemas/meta/quantity.js';
import type { PodVerdict } from './pod-status.js';

/** Resource name → amount: millicores of cpu, whole units of everything else. */
export type Amounts = Readonly<Record<string, number>>;

interface Holding {
  readonly amounts: Amounts;
  readonly ports: readonly string[];
}

const amountOf = (name: string, quantity: string | number): number =>
  name === 'cpu' ? milliOf(quantity) : valueOf(quantity);

export function amountsOf(list: Readonly<Record<string, string | number>>): Amounts {
  return Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]));
}

/** What a pod needs: the sum of what runs together, or the greatest need of its initialization; and its overhead. */
function needOf(pod: Pod): Amounts {
  const total: Record<string, number> = {};
  const sidecars: Record<string, number> = {};
  const peak: Record<string, number> = {};
  for (const container of pod.spec.containers) add(total, container.resources?.requests);
  for (const container of pod.spec.initContainers ?? []) {
    const requests = container.resources?.requests;
    if (!requests) continue;
    const during = { ...sidecars };
    add(during, requests);
    raise(peak, during);
    if (container.restartPolicy !== 'Always') continue;
    add(sidecars, requests);
    add(total, requests);
  }
  raise(total, peak);
  const own = pod.spec.resources?.requests;
  if (own) Object.assign(total, amountsOf(own));
  add(total, pod.spec.overhead);
  return total;
}

function add(total: Record<string, number>, list: Readonly<Record<string, string | number>> | undefined): void {
  if (list) for (const name in list) total[name] = (total[name] ?? 0) + amountOf(name, list[name]!);
}

function raise(total: Record<string, number>, other: Record<string, number>): void {
  for (const name in other) total[name] = Math.max(total[name] ?? 0, other[name]!);
}

function portsOf(pod: Pod): string[] {
  const ports: string[] = [];
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    for (const port of container.ports ?? []) {
      const number = port.hostPort ?? (pod.spec.hostNetwork ? port.containerPort : undefined);
      if (number) ports.push(`${port.protocol ?? 'TCP'}/${number}/${port.hostIP || '0.0.0.0'}`);
    }
  }
  return ports;
}

export class ResourceLedger {
  readonly #holdings = new Map<string, Holding>();
  readonly #used: Record<string, number> = {};
  readonly #ports = new Map<string, number>();

  constructor(private allocatable: Amounts) {}

  setAllocatable(allocatable: Amounts): void {
    this.allocatable = allocatable;
  }

  /** Undefined where it fits. */
  whyUnfit(pod: Pod): PodVerdict | undefined {
    if (this.#holdings.has(pod.metadata.uid)) return undefined;
    const need: Amounts = { pods: 1, ...needOf(pod) };
    for (const name in need) {
      const used = name === 'pods' ? this.#holdings.size : (this.#used[name] ?? 0);
      const capacity = this.allocatable[name] ?? 0;
      if (need[name]! === 0 || used + need[name]! <= capacity) continue;
      const message = `Node didn't have enough resource: ${name}, requested: ${need[name]}, used: ${used}, capacity: ${capacity}`;
      return { reason: `OutOf${name}`, message };
    }
    if (!portsOf(pod).some((port) => this.#taken(port))) return undefined;
    const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
    return { reason: 'NodePorts', message };
  }

  hold(pod: Pod): void {
    if (this.#holdings.has(pod.metadata.uid)) return;
    const amounts = needOf(pod);
    const ports = portsOf(pod);
    for (const name in amounts) this.#used[name] = (this.#used[name] ?? 0) + amounts[name]!;
    for (const port of ports) this.#ports.set(port, (this.#ports.get(port) ?? 0) + 1);
    this.#holdings.set(pod.metadata.uid, { amounts, ports });
  }

  release(uid: string): void {
    const holding = this.#holdings.get(uid);
    if (!holding) return;
    this.#holdings.delete(uid);
    for (const name in holding.amounts) this.#used[name]! -= holding.amounts[name]!;
    for (const port of holding.ports) {
      const left = (this.#ports.get(port) ?? 1) - 1;
      if (left > 0) this.#ports.set(port, left);
      else this.#ports.delete(port);
    }
  }

  /** The wildcard address conflicts with every address. */
  #taken(port: string): boolean {
    const [protocol, number, ip] = port.split('/');
    for (const held of this.#ports.keys()) {
      const [otherProtocol, otherNumber, otherIP] = held.split('/');
      if (protocol !== otherProtocol || number !== otherNumber) continue;
      if (ip === otherIP || ip === '0.0.0.0' || otherIP === '0.0.0.0') return true;
    }
    return false;
  }
}
