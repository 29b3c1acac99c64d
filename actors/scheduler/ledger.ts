/**
 * What is taken of a pool's nodes: pods seen bound, and reservations that no view shows yet. The bidder is its single writer. A reservation ends only by `settle`,
 * `release`, or by the pod being seen (protocol: acknowledged, refused, or known from a fenced read).
 */
import type { PodRequest } from '../../schemas/messages/auction.js';
import type { NodeUse } from './fit.js';
import type { NodeFacts } from './node-facts.js';

interface Entry {
  readonly node: string;
  readonly request: PodRequest;
  /** Reserved: not (yet) seen bound in the view. */
  seen: boolean;
}

class Use implements NodeUse {
  cpuMillis = 0;
  memoryBytes = 0;
  pods = 0;
  scoredCpuMillis = 0;
  scoredMemoryBytes = 0;
  readonly others = new Map<string, number>();
  readonly ports = new Map<string, Map<string, number>>();

  change(request: PodRequest, sign: 1 | -1): void {
    this.cpuMillis += sign * request.cpuMillis;
    this.memoryBytes += sign * request.memoryBytes;
    this.pods += sign;
    this.scoredCpuMillis += sign * request.scoredCpuMillis;
    this.scoredMemoryBytes += sign * request.scoredMemoryBytes;
    for (const resource in request.others) {
      const amount = request.others[resource] ?? 0;
      this.others.set(resource, (this.others.get(resource) ?? 0) + sign * amount);
    }
    for (const { ip, protocol, port } of request.hostPorts) this.#changePort(`${protocol}/${port}`, ip, sign);
  }

  #changePort(port: string, ip: string, sign: 1 | -1): void {
    let addresses = this.ports.get(port);
    if (!addresses) this.ports.set(port, (addresses = new Map()));
    const count = (addresses.get(ip) ?? 0) + sign;
    if (count > 0) addresses.set(ip, count);
    else addresses.delete(ip);
    if (addresses.size === 0) this.ports.delete(port);
  }
}

/** A node that the bidder may offer. */
export interface LedgerNode {
  facts: NodeFacts;
  readonly use: Use;
}

export class Ledger {
  readonly #nodes = new Map<string, LedgerNode>();
  /** By pod uid; also of nodes whose facts are not known. */
  readonly #entries = new Map<string, Entry>();
  readonly #uses = new Map<string, Use>();

  get nodes(): Iterable<LedgerNode> {
    return this.#nodes.values();
  }

  node(name: string): LedgerNode | undefined {
    return this.#nodes.get(name);
  }

  #useOf(node: string): Use {
    let use = this.#uses.get(node);
    if (!use) this.#uses.set(node, (use = new Use()));
    return use;
  }

  /** Makes a node biddable, or brings its facts up to date. */
  setNode(facts: NodeFacts): void {
    const node = this.#nodes.get(facts.name);
    if (node) node.facts = facts;
    else this.#nodes.set(facts.name, { facts, use: this.#useOf(facts.name) });
  }

  /** Its pods stay in the books: they may still run there, and the node may come back. */
  dropNode(name: string): void {
    this.#nodes.delete(name);
  }

  has(uid: string): boolean {
    return this.#entries.has(uid);
  }

  reserve(uid: string, node: string, request: PodRequest): void {
    this.#enter(uid, node, request, false);
  }

  /** A view shows the pod bound. */
  see(uid: string, node: string, request: PodRequest): void {
    this.#enter(uid, node, request, true);
  }

  #enter(uid: string, node: string, request: PodRequest, seen: boolean): void {
    const entry = this.#entries.get(uid);
    if (entry?.node === node && entry.request === request) {
      entry.seen ||= seen;
      return;
    }
    if (entry) this.#useOf(entry.node).change(entry.request, -1);
    this.#entries.set(uid, { node, request, seen });
    this.#useOf(node).change(request, 1);
  }

  /** A view that showed the pod bound no longer does: it is gone or finished. */
  unsee(uid: string): void {
    if (this.#entries.get(uid)?.seen) this.release(uid);
  }

  /** The bind is in the view's past: if the view doesn't show the pod, it has gone since. */
  settle(uid: string): void {
    if (this.#entries.get(uid)?.seen === false) this.release(uid);
  }

  /** The pod is not bound, for certain. */
  release(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#entries.delete(uid);
    const use = this.#useOf(entry.node);
    use.change(entry.request, -1);
    if (use.pods === 0 && !this.#nodes.has(entry.node)) this.#uses.delete(entry.node);
  }
}
