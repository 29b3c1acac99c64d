/**
 * Turns silence and bad conditions of nodes into conditions and taints: https://kubernetes.io/docs/concepts/architecture/nodes/. A node's grace counts only time in
 * which we were in touch ourselves, and while most nodes are silent at once nothing is tainted.
 */
import type { Condition, Node, ObjectKey, Pod } from '../../schemas/meta/object.js';
import { setCondition } from '../../schemas/meta/conditions.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import {
  again,
  type Controller,
  type ControllerContext,
  done,
  type Outcome,
} from '../../runtime/reconcile/controller.js';
import type { NodeHeartbeats } from '../../runtime/reconcile/node-heartbeats.js';
import type { View } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { believablySilent, silentConditions, taintsFor } from './node-health.js';
import { type NodeItem, nodesView } from './node-view.js';
import { isFinished, type PodItem, podsView } from './pod-view.js';
import { unlessGone } from './settled.js';
import type { Silence } from './silence.js';

/** Not a node's name: those are DNS names. */
const MONITOR = '*';
const PERIOD_MS = 5_000;
const GRACE_MS = 40_000;

export class NodeLifecycleController implements Controller {
  readonly name = 'node-controller';
  readonly concurrency = 16;
  /** Node → since when we know it (monotonic). */
  readonly #known = new Map<string, number>();
  #context!: ControllerContext;
  #nodes!: View<NodeItem>;
  #pods!: View<PodItem>;
  #inTouchSinceMs = 0;
  #lookedMs = 0;

  constructor(
    private readonly heartbeats: NodeHeartbeats,
    private readonly silence: Silence,
    private readonly graceMs = GRACE_MS,
  ) {}

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    this.#inTouchSinceMs = this.#lookedMs = context.clock.monotonic();
    [this.#nodes, this.#pods] = await Promise.all([context.views.of(nodesView), context.views.of(podsView)]);
    context.watch(this.#nodes, (_, key) => [key]);
    context.enqueue(MONITOR);
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    if (key === MONITOR) return this.#monitor();
    const node = this.#nodes.get(key);
    if (node) await this.#mend(node, client);
    else this.#known.delete(key);
    return done;
  }

  /** Finds who is silent, and names those for whom that is new. */
  #monitor(): Outcome {
    const now = this.#context.clock.monotonic();
    // We slept: nobody could have reached us.
    if (now - this.#lookedMs > 2 * PERIOD_MS) this.#inTouchSinceMs = now;
    this.#lookedMs = now;
    const nodes = [...this.#nodes.all()].map(([, node]) => node);
    const silent = new Set(nodes.map(({ name }) => name).filter((name) => this.#isQuiet(name, now)));
    const changed = this.silence.set(silent, believablySilent(nodes, silent));
    for (const name of changed) this.#context.enqueue(name);
    return again(PERIOD_MS);
  }

  #isQuiet(name: string, now: number): boolean {
    return now - this.#heardMs(name, now) > this.graceMs;
  }

  #heardMs(name: string, now: number): number {
    let known = this.#known.get(name);
    if (known === undefined) this.#known.set(name, (known = now));
    return Math.max(this.heartbeats.lastSeen(name) ?? known, this.#inTouchSinceMs, this.heartbeats.inTouchSinceMs);
  }

  async #mend({ name, uid }: NodeItem, client: ResourceClient): Promise<void> {
    const now = formatTime(this.#context.clock.now());
    // It may have been heard since we last looked round: then what it said holds.
    const isSilent = this.silence.isSilent(name) && this.#isQuiet(name, this.#context.clock.monotonic());
    if (isSilent) await this.#noteSilence(name, uid, now, client);
    const isDoubtful = isSilent && !this.silence.isBelieved(name);
    await unlessGone(
      client.update<Node>('nodes', name, uid, (node) => {
        const taints = taintsFor(node, isDoubtful, now);
        if (taints === node.spec?.taints || (taints.length === 0 && !node.spec?.taints)) return undefined;
        return { ...node, spec: { ...node.spec, taints: taints.length > 0 ? [...taints] : undefined } };
      }),
    );
  }

  async #noteSilence(name: string, uid: string, now: string, client: ResourceClient): Promise<void> {
    let wasReady = false;
    await unlessGone(
      client.updateStatus<Node>('nodes', name, uid, (node) => {
        const old = node.status?.conditions as unknown as readonly Condition[] | undefined;
        const conditions = silentConditions(node, now);
        wasReady = old?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
        return conditions === old ? undefined : ({ ...node.status, conditions } as unknown as Node['status']);
      }),
    );
    if (!wasReady) return;
    this.#record({ apiVersion: 'v1', kind: 'Node', name, uid }, 'Normal', `Node ${name} status is now: NodeNotReady`);
    await this.#unready(name, now, client);
  }

  /** Pods of a silent node serve nobody that we know of. */
  async #unready(node: string, now: string, client: ResourceClient): Promise<void> {
    const ready = [...this.#pods.by('node', node)].filter((pod) => pod.ready && !isFinished(pod));
    await inBatches(ready, async ({ key, uid, namespace, name }) => {
      const change = (pod: Pod): Pod['status'] | undefined => {
        const old = pod.status?.conditions as unknown as readonly Condition[];
        const was = old?.find(({ type }) => type === 'Ready');
        if (was?.status !== 'True') return undefined;
        const conditions = setCondition(old, { ...was, status: 'False', lastTransitionTime: now }, now);
        return { ...pod.status, conditions } as unknown as Pod['status'];
      };
      if (await unlessGone(client.updateStatus<Pod>('pods', key, uid, change))) {
        this.#record({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid }, 'Warning', 'Node is not ready');
      }
    });
  }

  #record(
    involved: { apiVersion: string; kind: string; namespace?: string; name: string; uid: string },
    type: 'Normal' | 'Warning',
    message: string,
  ): void {
    this.#context.events.record({ involved, type, reason: 'NodeNotReady', message, component: this.name });
  }
}
