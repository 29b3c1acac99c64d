/** What the pods of one node use of it, and why one more doesn't fit: the kubelet's own check, made again after the scheduler's. */
import { type Amounts, hostPortsOf, podNeeds } from '../../schemas/kinds/pod-needs.js';
import type { Pod } from '../../schemas/meta/object.js';
import type { PodVerdict } from './pod-status.js';

interface Holding {
  readonly amounts: Amounts;
  readonly ports: readonly string[];
}

/** One text per port, which the ports of other pods are compared with. */
const portsOf = (pod: Pod): string[] =>
  hostPortsOf(pod.spec).map(({ protocol, port, ip }) => `${protocol}/${port}/${ip}`);

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
    const need: Amounts = { pods: 1, ...podNeeds(pod.spec) };
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
    const amounts = podNeeds(pod.spec);
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
