/** Evicts pods from nodes with NoExecute taints that they don't tolerate, or no longer. Keys are node names. */
import type { ObjectKey } from '../../schemas/meta/object.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import {
  again,
  type Controller,
  type ControllerContext,
  done,
  type Outcome,
} from '../../runtime/reconcile/controller.js';
import type { View } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { type NodeItem, nodesView } from './node-view.js';
import { isFinished, type PodItem, podsView } from './pod-view.js';
import { unlessGone } from './settled.js';
import type { Silence } from './silence.js';
import { evictionTime } from './toleration-time.js';

const LOOK_AGAIN_MS = 5_000;

const isExecuting = (node: NodeItem | undefined): boolean =>
  node?.taints.some(({ effect }) => effect === 'NoExecute') === true;

export class TaintEvictionController implements Controller {
  readonly name = 'taint-eviction-controller';
  readonly concurrency = 8;
  /** Node → pods (uid → pod) that will go, for the event that says that they won't. */
  readonly #condemned = new Map<string, ReadonlyMap<string, PodItem>>();
  #context!: ControllerContext;
  #nodes!: View<NodeItem>;
  #pods!: View<PodItem>;

  constructor(private readonly silence: Silence) {}

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    [this.#nodes, this.#pods] = await Promise.all([context.views.of(nodesView), context.views.of(podsView)]);
    context.watch(this.#nodes, (node, key) => (isExecuting(node) || this.#condemned.has(key) ? [key] : []));
    context.watch(this.#pods, ({ nodeName }) => (isExecuting(this.#nodes.get(nodeName)) ? [nodeName] : []));
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const node = this.#nodes.get(key);
    // While most nodes are silent at once nobody is evicted for it.
    if (this.silence.isSilent(key) && !this.silence.isBelieved(key)) return again(LOOK_AGAIN_MS);
    const nowMs = this.#context.clock.now();
    const due: PodItem[] = [];
    const later = new Map<string, PodItem>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const pod of isExecuting(node) ? this.#pods.by('node', key) : []) {
      const when = pod.terminating || isFinished(pod) ? undefined : evictionTime(node!.taints, pod.tolerations, nowMs);
      if (when === undefined) continue;
      if (when <= nowMs) due.push(pod);
      else {
        later.set(pod.uid, pod);
        soonest = Math.min(soonest, when);
      }
    }
    this.#noteReprieves(key, later, due);
    await inBatches(due, (pod) => this.#evict(pod, client));
    return Number.isFinite(soonest) ? again(soonest - nowMs) : done;
  }

  #noteReprieves(node: string, later: ReadonlyMap<string, PodItem>, due: readonly PodItem[]): void {
    const going = new Set(due.map(({ uid }) => uid));
    for (const [uid, pod] of this.#condemned.get(node) ?? []) {
      const now = this.#pods.get(pod.key);
      if (later.has(uid) || going.has(uid) || now?.uid !== uid || now.terminating) continue;
      this.#record(pod, `Cancelling deletion of Pod ${pod.key}`);
    }
    if (later.size > 0) this.#condemned.set(node, later);
    else this.#condemned.delete(node);
  }

  async #evict(pod: PodItem, client: ResourceClient): Promise<void> {
    this.#record(pod, `Marking for deletion Pod ${pod.key}`);
    const reason = 'DeletionByTaintManager';
    const message = 'Taint manager: deleting due to NoExecute taint';
    await unlessGone(client.evict(pod.key, { preconditions: { uid: pod.uid }, reason, message }));
  }

  #record({ namespace, name, uid }: PodItem, message: string): void {
    const involved = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
    const { events } = this.#context;
    events.record({ involved, type: 'Normal', reason: 'TaintManagerEviction', message, component: this.name });
  }
}
