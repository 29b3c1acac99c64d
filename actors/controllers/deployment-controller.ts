/** Carries out rollouts: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/. What to do next is decided in next-rollout.ts. */
import { StatusError } from '../../schemas/errors.js';
import { podTemplateHash } from '../../schemas/kinds/pod-template-hash.js';
import {
  controllerOf,
  type Deployment,
  type KubeObject,
  keyOf,
  keyOfObject,
  type ObjectKey,
  type OwnerReference,
  type PodTemplateSpec,
  type ReplicaSet,
} from '../../schemas/meta/object.js';
import { matchesSelector } from '../../schemas/meta/label-selector.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import {
  again,
  type Controller,
  type ControllerContext,
  done,
  type Outcome,
} from '../../runtime/reconcile/controller.js';
import type { View, ViewSpec } from '../../runtime/views/view.js';
import {
  conditionsOf,
  deploymentCondition,
  hasProgressDeadline,
  sameStatus,
  withCondition,
} from './deployment-status.js';
import { derivedAskId, hashOf } from './derived-name.js';
import { nextRollout, type RolloutPlan } from './next-rollout.js';
import { claimsOf, type Ownable, settleClaims } from './ownership.js';
import { involvedOf, isNamespaceTerminating } from './pod-control.js';
import { isFinished, type PodItem, podsView } from './pod-view.js';
import { replicaSetsView } from './replica-set-view.js';
import { sameTemplate } from './rollout.js';

const TYPE = 'deployments.apps';
const SETS = 'replicasets.apps';
const LOOK_AGAIN_MS = 100;

/** Index `namespace`. */
const deploymentsView: ViewSpec<Deployment> = {
  type: TYPE,
  project: (object) => object as Deployment,
  indexes: { namespace: (deployment) => [deployment.metadata.namespace ?? ''] },
};

export class DeploymentController implements Controller {
  readonly name = 'deployment-controller';
  readonly concurrency = 16;
  #context!: ControllerContext;
  #deployments!: View<Deployment>;
  #replicaSets!: View<ReplicaSet>;
  #pods!: View<PodItem>;

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    [this.#deployments, this.#replicaSets, this.#pods] = await Promise.all([
      context.views.of(deploymentsView),
      context.views.of(replicaSetsView),
      context.views.of(podsView),
    ]);
    context.watch(this.#deployments, (_, key) => [key]);
    context.watch(this.#replicaSets, (set) => this.#keysOf(set));
    context.watch(this.#pods, (pod) => this.#keysOfPod(pod));
  }

  #keysOf(set: ReplicaSet): readonly ObjectKey[] {
    const { namespace = '', labels } = set.metadata;
    const controller = controllerOf(set);
    if (controller) return controller.kind === 'Deployment' ? [keyOf(namespace, controller.name)] : [];
    const keys: ObjectKey[] = [];
    for (const deployment of this.#deployments.by('namespace', namespace)) {
      if (matchesSelector(deployment.spec?.selector, labels)) keys.push(keyOfObject(deployment));
    }
    return keys;
  }

  /** Only Recreate waits for pods themselves: everything else is told by ReplicaSets' statuses. */
  #keysOfPod(pod: PodItem): readonly ObjectKey[] {
    if (pod.controller?.kind !== 'ReplicaSet') return [];
    const set = this.#replicaSets.get(keyOf(pod.namespace, pod.controller.name));
    const owner: OwnerReference | undefined = set && controllerOf(set);
    if (owner?.kind !== 'Deployment') return [];
    const key = keyOf(pod.namespace, owner.name);
    return this.#deployments.get(key)?.spec?.strategy?.type === 'Recreate' ? [key] : [];
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const deployment = this.#deployments.get(key);
    if (!deployment) return done;
    if (selectsAll(deployment)) return this.#refuseSelector(deployment, client);
    const claims = claimsOf(deployment as KubeObject, this.#candidates(deployment));
    if (await settleClaims(client, TYPE, deployment as KubeObject, SETS, claims)) return again(0);
    const plan = nextRollout({
      deployment,
      replicaSets: claims.owned.map(({ set }) => set),
      hasRunningPods: (uid) => this.#hasRunningPods(uid),
      nowMs: this.#context.clock.now(),
      hash: (template: PodTemplateSpec, collisions) => podTemplateHash(template, collisions),
    });
    if (!(await this.#carryOut(deployment, plan, client))) return again(LOOK_AGAIN_MS);
    return plan.againAfterMs === undefined ? done : again(plan.againAfterMs);
  }

  *#candidates(deployment: Deployment): IterableIterator<Ownable & { readonly set: ReplicaSet }> {
    const { uid, namespace = '' } = deployment.metadata;
    for (const set of this.#replicaSets.by('owner', uid)) yield ownable(set);
    for (const set of this.#replicaSets.by('orphans', namespace)) yield ownable(set);
  }

  #hasRunningPods(replicaSetUid: string): boolean {
    for (const pod of this.#pods.by('owner', replicaSetUid)) if (!isFinished(pod)) return true;
    return false;
  }

  async #refuseSelector(deployment: Deployment, client: ResourceClient): Promise<Outcome> {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.#record(deployment, 'Warning', 'SelectingAll', message);
    const { generation } = deployment.metadata;
    if ((deployment.status?.observedGeneration ?? 0) < (generation ?? 0)) {
      const status = { ...deployment.status, observedGeneration: generation };
      await this.#writeStatus({ ...deployment, status } as Deployment, client);
    }
    return done;
  }

  /** Answers false where the plan could not go on. First what is new, then sizes and history, then one write for status and revision. */
  async #carryOut(deployment: Deployment, plan: RolloutPlan, client: ResourceClient): Promise<boolean> {
    if (plan.create && !(await this.#create(deployment, plan, plan.create, client))) return false;
    await Promise.all(plan.updates.map((set) => this.#update(deployment, plan, set, client)));
    await Promise.all(plan.removals.map((set) => remove(set, client)));
    const { metadata, status } = plan.deployment;
    if (metadata !== deployment.metadata || !sameStatus(deployment.status, status ?? {})) {
      await this.#writeStatus(plan.deployment, client);
    }
    return true;
  }

  /** False where the plan can't go on as it is: the next look will differ. */
  async #create(deployment: Deployment, plan: RolloutPlan, set: ReplicaSet, client: ResourceClient): Promise<boolean> {
    const { uid, resourceVersion } = deployment.metadata;
    const ordinal = hashOf(set.metadata.name);
    try {
      await client.create(SETS, set as never, { askId: derivedAskId(uid, resourceVersion, ordinal), ownerUid: uid });
      this.#recordScaling(deployment, plan, set);
      return true;
    } catch (error) {
      if (error instanceof StatusError && error.reason === 'AlreadyExists') {
        return this.#collided(deployment, set, client);
      }
      if (isNamespaceTerminating(error)) return false;
      await this.#createFailed(deployment, set, error, client);
      throw error;
    }
  }

  /** The name is taken: by our own set (a repeat, or a view that lags), or by another template with the same hash. */
  async #collided(deployment: Deployment, set: ReplicaSet, client: ResourceClient): Promise<boolean> {
    const stored = await client.read(SETS, keyOfObject(set));
    if (!stored) return false;
    const taken = stored.object as ReplicaSet;
    const ours = controllerOf(taken)?.uid === deployment.metadata.uid;
    if (ours && sameTemplate(taken.spec?.template, set.spec?.template)) return false;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await this.#writeStatus({ ...deployment, status: { ...deployment.status, collisionCount } } as Deployment, client);
    return false;
  }

  async #createFailed(deployment: Deployment, set: ReplicaSet, error: unknown, client: ResourceClient): Promise<void> {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Failed to create new replica set "${set.metadata.name}": ${why}`;
    this.#record(deployment, 'Warning', 'FailedCreateReplicaSet', message);
    if (!hasProgressDeadline(deployment)) return;
    const nowMs = this.#context.clock.now();
    const failed = deploymentCondition('Progressing', 'False', 'FailedCreateReplicaSet', message, nowMs);
    const conditions = withCondition(conditionsOf(deployment), failed);
    if (conditions === conditionsOf(deployment)) return;
    const status = { ...deployment.status, conditions } as unknown as Deployment['status'];
    await this.#writeStatus({ ...deployment, status } as Deployment, client);
  }

  async #update(deployment: Deployment, plan: RolloutPlan, set: ReplicaSet, client: ResourceClient): Promise<void> {
    const { uid, resourceVersion } = set.metadata;
    await client.replace(SETS, set as KubeObject, { target: '', preconditions: { uid, resourceVersion } });
    this.#recordScaling(deployment, plan, set);
  }

  async #writeStatus(deployment: Deployment, client: ResourceClient): Promise<void> {
    const { uid, resourceVersion } = deployment.metadata;
    await client.replace(TYPE, deployment as KubeObject, {
      target: 'status',
      preconditions: { uid, resourceVersion },
    });
  }

  #recordScaling(deployment: Deployment, plan: RolloutPlan, set: ReplicaSet): void {
    const message = plan.scalings.get(set.metadata.name);
    if (message) this.#record(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  #record(deployment: Deployment, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const involved = involvedOf(deployment as KubeObject);
    this.#context.events.record({ involved, type, reason, message, component: this.name });
  }
}

function ownable(set: ReplicaSet): Ownable & { readonly set: ReplicaSet } {
  const { name, namespace = '', uid, labels, deletionTimestamp } = set.metadata;
  const controller = controllerOf(set);
  return { name, namespace, uid, labels, controller, terminating: deletionTimestamp !== undefined, set };
}

function selectsAll(deployment: Deployment): boolean {
  const selector = deployment.spec?.selector;
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
}

async function remove(set: ReplicaSet, client: ResourceClient): Promise<void> {
  const { uid, resourceVersion } = set.metadata;
  try {
    await client.delete(SETS, keyOfObject(set), { preconditions: { uid, resourceVersion } });
  } catch (error) {
    if (!(error instanceof StatusError && (error.code === 404 || error.code === 409))) throw error;
  }
}
