/** Removes pods that nobody else will: of nodes that are gone, deleted before they were bound, and finished ones beyond a limit. */
import { setCondition } from '../../schemas/meta/conditions.js';
import type { Condition, ObjectKey, Pod } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import { again, type Controller, type ControllerContext, type Outcome } from '../../runtime/reconcile/controller.js';
import type { View } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { type NodeItem, nodesView } from './node-view.js';
import { isFinished, type PodItem, podsView } from './pod-view.js';
import { unlessGone } from './settled.js';

const SWEEP = 'sweep';
const PERIOD_MS = 20_000;
/** kube-controller-manager's --terminated-pod-gc-threshold. */
const FINISHED_MAX = 12_500;
/** A node that was just made may be in the views later than its pods. */
const QUARANTINE_MS = 40_000;

export class PodGarbageCollector implements Controller {
  readonly name = 'pod-garbage-collector';
  readonly concurrency = 1;
  /** Node → since when it is missing (monotonic). */
  readonly #missing = new Map<string, number>();
  #context!: ControllerContext;
  #pods!: View<PodItem>;
  #nodes!: View<NodeItem>;

  constructor(private readonly finishedMax = FINISHED_MAX) {}

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    [this.#pods, this.#nodes] = await Promise.all([context.views.of(podsView), context.views.of(nodesView)]);
    context.enqueue(SWEEP);
  }

  async reconcile(_: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const finished: PodItem[] = [];
    const unbound: PodItem[] = [];
    const nodes = new Set<string>();
    for (const [, pod] of this.#pods.all()) {
      if (isFinished(pod) && !pod.terminating) finished.push(pod);
      if (pod.nodeName) nodes.add(pod.nodeName);
      else if (pod.terminating) unbound.push(pod);
    }
    finished.sort((a, b) => a.createdMs - b.createdMs);
    const surplus = finished.slice(0, Math.max(0, finished.length - this.finishedMax));
    await inBatches([...surplus, ...unbound], (pod) => remove(client, pod));
    await this.#removeOrphans(nodes, client);
    return again(PERIOD_MS);
  }

  async #removeOrphans(nodes: ReadonlySet<string>, client: ResourceClient): Promise<void> {
    const now = this.#context.clock.monotonic();
    for (const node of this.#missing.keys()) if (!nodes.has(node) || this.#nodes.get(node)) this.#missing.delete(node);
    for (const node of nodes) {
      if (this.#nodes.get(node)) continue;
      const since = this.#missing.get(node);
      if (since === undefined) this.#missing.set(node, now);
      // Absence is never concluded from a view.
      else if (now - since >= QUARANTINE_MS && !(await client.read('nodes', node)))
        await this.#removeAllOf(node, client);
    }
  }

  async #removeAllOf(node: string, client: ResourceClient): Promise<void> {
    await inBatches([...this.#pods.by('node', node)], async (pod) => {
      if (!isFinished(pod)) await unlessGone(this.#fail(pod, client));
      await remove(client, pod);
    });
  }

  #fail({ key, uid }: PodItem, client: ResourceClient): Promise<unknown> {
    const now = formatTime(this.#context.clock.now());
    return client.updateStatus<Pod>('pods', key, uid, (pod) => {
      const target: Condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
      };
      const conditions = setCondition(pod.status?.conditions as never, target, now);
      return { ...pod.status, phase: 'Failed', conditions } as unknown as Pod['status'];
    });
  }
}

function remove(client: ResourceClient, { key, uid }: PodItem): Promise<boolean> {
  return unlessGone(client.delete('pods', key, { preconditions: { uid }, gracePeriodSeconds: 0 }));
}
