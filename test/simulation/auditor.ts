/** Checks every commit the moment it is durable. Knows nothing of the code under test but Kubernetes' objects. */
import type { LogEntry } from '../../runtime/snapshots/snapshot-store.js';
import type { KubeObject, Node, Pod } from '../../schemas/meta/object.js';
import { type Committed, History } from './history.js';
import { cpuMillisOf, isFinishedPod, memoryBytesOf, type Room, roomOf } from './pod-room.js';
import type { World } from './world/world.js';

interface BoundPod {
  readonly node: string;
  readonly room: Room;
}

export class Auditor {
  readonly history = new History();
  /** Bound pods that count against their node, by uid. */
  readonly #bound = new Map<string, BoundPod>();
  readonly #nodeOfUid = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #born = new Map<string, string>();
  readonly #generations = new Map<string, number>();
  /** Client's operations (`data.op`) → the revision that wrote it. */
  readonly #operations = new Map<string, Committed>();

  constructor(private readonly world: World) {}

  /** The commit that wrote a client's operation, if one has. */
  operation(op: string): Committed | undefined {
    return this.#operations.get(op);
  }

  durable(type: string, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const expected = this.history.newest(type) + 1;
      if (entry.revision !== expected)
        return this.#broken('revisions are contiguous', `${type}: ${entry.revision} follows ${expected - 1}`);
      const generation = this.#generations.get(type) ?? 0;
      if (entry.storeGeneration < generation)
        return this.#broken('generations only grow', `${type}: ${entry.storeGeneration} after ${generation}`);
      this.#generations.set(type, entry.storeGeneration);
      const committed = this.history.append(type, entry, this.world.elapsedMs);
      const text = entry.bytes ? Buffer.from(entry.bytes).toString() : '';
      this.world.trace.add(`${type} ${committed.resourceVersion} ${entry.kind} ${entry.key ?? ''} ${text}`);
      if (committed.object) this.#identity(committed, committed.object);
      this.#namespace(committed);
      if (type === 'pods') this.#pod(committed);
      if (type === 'configmaps') this.#operation(committed);
    }
  }

  #broken(invariant: string, detail: string): void {
    this.world.broken(invariant, detail);
  }

  /** Deleted stays deleted; a uid is one object's for ever. */
  #identity({ log, before, type }: Committed, object: KubeObject): void {
    const { uid } = object.metadata;
    const address = `${type}/${log.key}`;
    if (this.#ended.has(uid))
      return this.#broken('deleted stays deleted', `${address} ${uid} was written after its end`);
    if (log.kind === 'delete') {
      this.#ended.add(uid);
      if (!before) this.#broken('deleted stays deleted', `${address} was deleted twice`);
      return;
    }
    if (before && before.object!.metadata.uid !== uid)
      return this.#broken('an object keeps its uid', `${address}: ${before.object!.metadata.uid} → ${uid}`);
    const owner = this.#born.get(uid);
    if (owner !== undefined && owner !== address)
      return this.#broken('a uid is used once', `${uid}: ${owner} and ${address}`);
    this.#born.set(uid, address);
    const generation = object.metadata.generation ?? 0;
    if (generation < (before?.object?.metadata.generation ?? 0))
      this.#broken('metadata.generation only grows', address);
    if (before?.object?.metadata.deletionTimestamp && !object.metadata.deletionTimestamp)
      this.#broken('a deletion is never undone', address);
  }

  /** A namespace ends when nothing is left in it, and nothing is born where there is none. */
  #namespace({ type, log, before }: Committed): void {
    if (log.key === undefined) return;
    if (type === 'namespaces') {
      if (log.kind !== 'delete') return;
      for (const other of this.history.types) {
        const left = [...this.history.current(other).keys()].find((key) => key.startsWith(`${log.key}/`));
        if (left) this.#broken('a namespace ends last', `${other}/${left} outlives it`);
      }
      return;
    }
    const at = log.key.indexOf('/');
    if (at < 0 || before || log.kind !== 'put') return;
    if (!this.history.current('namespaces').has(log.key.slice(0, at)))
      this.#broken('nothing is born in a namespace that is gone', `${type}/${log.key}`);
  }

  #pod({ log, object }: Committed): void {
    if (!object) return;
    const pod = object as Pod;
    const { uid } = pod.metadata;
    const node = pod.spec.nodeName;
    const known = this.#nodeOfUid.get(uid);
    if (known !== undefined && node !== known)
      return this.#broken('a pod is bound at most once', `${log.key} ${uid}: ${known}, then ${node}`);
    if (!node) return;
    this.#nodeOfUid.set(uid, node);
    if (log.kind === 'delete' || isFinishedPod(pod)) {
      this.#bound.delete(uid);
      return;
    }
    const isNew = !this.#bound.has(uid);
    this.#bound.set(uid, { node, room: roomOf(pod) });
    if (isNew) this.#capacity(node);
  }

  /** What is bound to a node fits what the node has. */
  #capacity(name: string): void {
    const node = this.history.current('nodes').get(name)?.object as Node | undefined;
    const allocatable = node?.status?.allocatable;
    if (!allocatable) return;
    const used = this.use(name);
    const fits =
      used.cpuMillis <= cpuMillisOf(allocatable['cpu']) &&
      used.memoryBytes <= memoryBytesOf(allocatable['memory']) &&
      used.pods <= Number(allocatable['pods']);
    if (!fits)
      this.#broken('no node is over-committed', `${name}: ${JSON.stringify(used)} of ${JSON.stringify(allocatable)}`);
  }

  /** What is bound to a node and hasn't finished. */
  use(name: string): Room {
    const used = { cpuMillis: 0, memoryBytes: 0, pods: 0 };
    for (const { node, room } of this.#bound.values()) {
      if (node !== name) continue;
      used.cpuMillis += room.cpuMillis;
      used.memoryBytes += room.memoryBytes;
      used.pods += 1;
    }
    return used;
  }

  #operation(committed: Committed): void {
    const op = operationOf(committed);
    if (op === undefined || committed.log.kind !== 'put' || (committed.before && operationOf(committed.before) === op))
      return;
    const first = this.#operations.get(op);
    if (first)
      this.#broken(
        'a write happens once',
        `operation ${op} made ${first.resourceVersion} and ${committed.resourceVersion}`,
      );
    this.#operations.set(op, committed);
  }
}

const operationOf = ({ object }: Committed): string | undefined =>
  (object?.['data'] as Record<string, string> | undefined)?.['op'];
