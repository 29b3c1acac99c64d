/** Keeps as many pods as a ReplicaSet asks for: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
import { type KubeObject, keyOf, type ObjectKey, type ReplicaSet } from '../../schemas/meta/object.js';
import { matchesSelector } from '../../schemas/meta/label-selector.js';
import {
  again,
  type Controller,
  type ControllerContext,
  done,
  type Outcome,
} from '../../runtime/reconcile/controller.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import type { View } from '../../runtime/views/view.js';
import { claimsOf, settleClaims } from './ownership.js';
import { messageOf, PodControl } from './pod-control.js';
import { podsToDelete } from './pod-deletion-rank.js';
import { isActive, isTerminating, type PodItem, podsView } from './pod-view.js';
import { type ManageFailure, replicaSetStatus, sameReplicaSetStatus } from './replica-set-status.js';
import { replicaSetsView } from './replica-set-view.js';

const TYPE = 'replicasets.apps';

export class ReplicaSetController implements Controller {
  readonly name = 'replicaset-controller';
  readonly concurrency = 16;
  #context!: ControllerContext;
  #pods!: View<PodItem>;
  #replicaSets!: View<ReplicaSet>;
  #control!: PodControl;

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    this.#control = new PodControl(context.events, this.name);
    [this.#replicaSets, this.#pods] = await Promise.all([
      context.views.of(replicaSetsView),
      context.views.of(podsView),
    ]);
    context.watch(this.#replicaSets, (_, key) => [key]);
    context.watch(this.#pods, (pod) => this.#keysOf(pod));
  }

  /** A controlled pod concerns its controller; an orphan every ReplicaSet that would adopt it. */
  #keysOf(pod: PodItem): readonly ObjectKey[] {
    const { controller } = pod;
    if (controller) return controller.kind === 'ReplicaSet' ? [keyOf(pod.namespace, controller.name)] : [];
    const keys: ObjectKey[] = [];
    for (const set of this.#replicaSets.by('namespace', pod.namespace)) {
      if (matchesSelector(set.spec?.selector, pod.labels)) keys.push(keyOf(pod.namespace, set.metadata.name));
    }
    return keys;
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const set = this.#replicaSets.get(key);
    if (!set) {
      this.#control.forget(key);
      return done;
    }
    const claims = claimsOf(set, this.#candidates(set));
    // What was adopted or released is in the views before the key runs again.
    if (await settleClaims(client, TYPE, set, 'pods', claims)) return again(0);

    const active = claims.owned.filter(isActive);
    const terminating = claims.owned.filter(isTerminating).length;
    const { failure, error } = set.metadata.deletionTimestamp ? nothingFailed : await this.#manage(set, active, client);
    const nowMs = this.#context.clock.now();
    const status = replicaSetStatus(set, active, terminating, failure, nowMs);
    if (!sameReplicaSetStatus(set.status, status)) await this.#writeStatus(client, set, status);
    if (error !== undefined) throw error;
    return nextLook(set, active, nowMs);
  }

  *#candidates(set: ReplicaSet): IterableIterator<PodItem> {
    yield* this.#pods.by('owner', set.metadata.uid);
    yield* this.#pods.by('orphans', set.metadata.namespace ?? '');
  }

  async #manage(set: ReplicaSet, active: readonly PodItem[], client: ResourceClient): Promise<Managed> {
    const surplus = active.length - (set.spec?.replicas ?? 1);
    if (surplus < 0) {
      const missing = -surplus;
      const error = await this.#control.create(client, set as KubeObject, missing, this.#pods);
      return managed('FailedCreate', error);
    }
    if (surplus === 0) return nothingFailed;
    const doomed = podsToDelete(active, this.#related(set), surplus, this.#context.clock.now());
    return managed('FailedDelete', await this.#control.delete(client, set as KubeObject, doomed));
  }

  /** All pods of the ReplicaSets that have the same controller. */
  *#related(set: ReplicaSet): IterableIterator<PodItem> {
    const controller = set.metadata.ownerReferences?.find((reference) => reference.controller);
    const siblings = controller ? this.#replicaSets.by('owner', controller.uid) : [set];
    for (const sibling of siblings) yield* this.#pods.by('owner', sibling.metadata.uid);
  }

  async #writeStatus(client: ResourceClient, set: ReplicaSet, status: ReplicaSet['status']): Promise<void> {
    const { uid, resourceVersion } = set.metadata;
    await client.replace(TYPE, { ...set, status } as KubeObject, {
      target: 'status',
      preconditions: { uid, resourceVersion },
    });
  }
}

interface Managed {
  readonly failure: ManageFailure | undefined;
  readonly error: unknown;
}

const nothingFailed: Managed = { failure: undefined, error: undefined };

function managed(reason: ManageFailure['reason'], error: unknown): Managed {
  if (error === undefined) return nothingFailed;
  return { failure: { reason, message: messageOf(error) }, error };
}

/** With minReadySeconds, readiness becomes availability by time alone. */
function nextLook(set: ReplicaSet, active: readonly PodItem[], nowMs: number): Outcome {
  const minReadyMs = (set.spec?.minReadySeconds ?? 0) * 1000;
  if (minReadyMs === 0) return done;
  let soonest = Number.POSITIVE_INFINITY;
  for (const pod of active) {
    const left = pod.readySinceMs + minReadyMs - nowMs;
    if (pod.ready && left > 0) soonest = Math.min(soonest, left);
  }
  return Number.isFinite(soonest) ? again(soonest) : done;
}
