/** Is the cluster what was asked? Judged from what is durable and what runs on the machines, not from what anybody says. */
import type { Deployment, KubeObject, Node, Pod, ReplicaSet } from '../../schemas/meta/object.js';
import type { Cluster } from './cluster.js';
import { cpuMillisOf, isFinishedPod, memoryBytesOf, roomOf } from './pod-room.js';

const DEPLOYMENTS = 'deployments.apps';
const REPLICA_SETS = 'replicasets.apps';

interface Condition {
  readonly type: string;
  readonly status: string;
}

export class Convergence {
  constructor(private readonly cluster: Cluster) {}

  /** What is not yet as it should be; empty once all is. */
  async problems(): Promise<string[]> {
    if (!this.cluster.serving) return ['nobody serves'];
    return [
      ...this.#namespaces(),
      ...this.#nodes(),
      ...this.#owners(),
      ...this.#deployments(),
      ...this.#replicaSets(),
      ...this.#pods(),
      ...(await this.#machines()),
    ];
  }

  #all<T extends KubeObject>(type: string): T[] {
    return [...this.cluster.auditor.history.current(type).values()].map(({ object }) => object as T);
  }

  *#namespaces(): Iterable<string> {
    const names = new Set<string>();
    for (const { metadata } of this.#all('namespaces')) {
      names.add(metadata.name);
      if (metadata.deletionTimestamp) yield `namespace ${metadata.name} is still terminating`;
    }
    for (const type of this.cluster.auditor.history.types) {
      for (const { metadata } of this.#all(type)) {
        if (metadata.namespace && !names.has(metadata.namespace))
          yield `${type} ${metadata.namespace}/${metadata.name} is in a namespace that is gone`;
        if (metadata.deletionTimestamp && type !== 'namespaces')
          yield `${type} ${metadata.namespace}/${metadata.name} is still terminating`;
      }
    }
    for (const name of names) {
      for (const wanted of [`serviceaccounts/${name}/default`, `configmaps/${name}/kube-root-ca.crt`]) {
        const at = wanted.indexOf('/');
        if (!this.cluster.auditor.history.current(wanted.slice(0, at)).has(wanted.slice(at + 1)))
          yield `${wanted} is missing`;
      }
    }
  }

  *#nodes(): Iterable<string> {
    for (const node of this.#all<Node>('nodes')) {
      const { name } = node.metadata;
      if (!this.cluster.machines.has(name)) yield `node ${name} has no machine`;
      if (conditionOf(node, 'Ready') !== 'True') yield `node ${name} is not ready`;
      if (node.spec?.taints?.length) yield `node ${name} is tainted: ${JSON.stringify(node.spec.taints)}`;
    }
    for (const name of this.cluster.machines.keys()) {
      if (!this.cluster.auditor.history.current('nodes').has(name)) yield `machine ${name} has no node`;
    }
  }

  /** Nobody has an owner that is gone. */
  *#owners(): Iterable<string> {
    const uids = new Set<string>();
    for (const type of this.cluster.auditor.history.types)
      for (const { metadata } of this.#all(type)) uids.add(metadata.uid);
    for (const type of this.cluster.auditor.history.types) {
      for (const { metadata } of this.#all(type)) {
        const owners = metadata.ownerReferences ?? [];
        if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid)))
          yield `${type} ${metadata.namespace}/${metadata.name} is an orphan`;
      }
    }
  }

  *#deployments(): Iterable<string> {
    for (const { metadata, spec, status } of this.#all<Deployment>(DEPLOYMENTS)) {
      const where = `deployment ${metadata.namespace}/${metadata.name}`;
      if (status?.observedGeneration !== metadata.generation)
        yield `${where}: generation ${metadata.generation}, observed ${status?.observedGeneration}`;
      const wanted = spec?.replicas ?? 1;
      const sets = this.#all<ReplicaSet>(REPLICA_SETS).filter((set) => isOwnedBy(set, metadata.uid));
      const total = sets.reduce((sum, set) => sum + (set.spec?.replicas ?? 0), 0);
      const pods = sets.flatMap((set) => this.#all<Pod>('pods').filter((pod) => isOwnedBy(pod, set.metadata.uid)));
      const active = pods.filter((pod) => !isFinishedPod(pod));
      const ready = active.filter((pod) => conditionOf(pod, 'Ready') === 'True');
      const stuck = active.filter((pod) => !pod.spec.nodeName && !this.#whoCouldTake(pod));
      if (stuck.length > 0) continue; // There is no room for all: how far a rollout gets then is not judged here.
      const {
        replicas = 0,
        updatedReplicas = 0,
        readyReplicas = 0,
        availableReplicas = 0,
        unavailableReplicas = 0,
      } = status ?? {};
      const counts = {
        total,
        active: active.length,
        ready: ready.length,
        replicas,
        updatedReplicas,
        readyReplicas,
        availableReplicas,
      };
      if (Object.values(counts).some((count) => count !== wanted) || unavailableReplicas > 0)
        yield `${where}: ${wanted} wanted, ${JSON.stringify(counts)}`;
    }
  }

  *#replicaSets(): Iterable<string> {
    for (const set of this.#all<ReplicaSet>(REPLICA_SETS)) {
      const { metadata, spec, status } = set;
      const where = `replica set ${metadata.namespace}/${metadata.name}`;
      const active = this.#all<Pod>('pods').filter((pod) => isOwnedBy(pod, metadata.uid) && !isFinishedPod(pod));
      if (active.length !== (spec?.replicas ?? 1)) yield `${where}: ${spec?.replicas} wanted, ${active.length} there`;
      if (status?.observedGeneration !== metadata.generation)
        yield `${where}: generation ${metadata.generation}, observed ${status?.observedGeneration}`;
      if ((status?.replicas ?? 0) !== active.length)
        yield `${where}: status says ${status?.replicas} of ${active.length}`;
    }
  }

  *#pods(): Iterable<string> {
    const nodes = this.cluster.auditor.history.current('nodes');
    for (const pod of this.#all<Pod>('pods')) {
      const where = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
      const { nodeName } = pod.spec;
      if (!nodeName) {
        const taker = this.#whoCouldTake(pod);
        if (taker) yield `${where} waits beside ${taker}, which could take it`;
        continue;
      }
      if (!nodes.has(nodeName)) yield `${where} is bound to ${nodeName}, which is gone`;
      if (isFinishedPod(pod)) {
        // A node's agent may refuse what was bound while it still stops another; its owner makes a new one.
        if (pod.spec.restartPolicy === 'Always' && !pod.status?.reason?.startsWith('OutOf'))
          yield `${where} has ended (${pod.status?.phase} ${pod.status?.reason ?? ''})`;
        continue;
      }
      if (pod.status?.phase !== 'Running' || conditionOf(pod, 'Ready') !== 'True')
        yield `${where} is ${pod.status?.phase}, ready ${conditionOf(pod, 'Ready')}`;
    }
  }

  /** A node that has room for the pod and would let it in. */
  #whoCouldTake(pod: Pod): string | undefined {
    const need = roomOf(pod);
    for (const node of this.#all<Node>('nodes')) {
      const { name } = node.metadata;
      const allocatable = node.status?.allocatable;
      if (!allocatable || node.spec?.unschedulable || node.spec?.taints?.length) continue;
      const used = this.cluster.auditor.use(name);
      const hasRoom =
        used.cpuMillis + need.cpuMillis <= cpuMillisOf(allocatable['cpu']) &&
        used.memoryBytes + need.memoryBytes <= memoryBytesOf(allocatable['memory']) &&
        used.pods + 1 <= Number(allocatable['pods']);
      if (hasRoom) return name;
    }
    return undefined;
  }

  /** What runs on the machines is what is bound to them. */
  async #machines(): Promise<string[]> {
    const problems: string[] = [];
    const pods = this.#all<Pod>('pods');
    for (const { name, runtime } of this.cluster.machines.values()) {
      const { sandboxes, containers } = await runtime.list();
      const bound = new Map(pods.filter(({ spec }) => spec.nodeName === name).map((pod) => [pod.metadata.uid, pod]));
      for (const { pod } of sandboxes)
        if (!bound.has(pod.uid))
          problems.push(`machine ${name} still has a sandbox of ${pod.namespace}/${pod.name} ${pod.uid}`);
      for (const pod of bound.values()) {
        const running = containers.filter(
          (container) => container.pod.uid === pod.metadata.uid && container.state === 'running',
        ).length;
        const wanted = isFinishedPod(pod) ? 0 : pod.spec.containers.length;
        if (running !== wanted)
          problems.push(
            `machine ${name} runs ${running} of ${wanted} containers of ${pod.metadata.namespace}/${pod.metadata.name}`,
          );
      }
    }
    return problems;
  }
}

function conditionOf(object: KubeObject, type: string): string | undefined {
  return (object['status']?.conditions as readonly Condition[] | undefined)?.find(
    (condition) => condition.type === type,
  )?.status;
}

function isOwnedBy({ metadata }: KubeObject, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller) ?? false;
}
