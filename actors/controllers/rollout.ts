/** The working copy of one look at a Deployment: steps of a rollout change it, and the plan is what came out. Pure: nothing is written here. */
import { deepEqual } from '../../schemas/meta/deep-equal.js';
import type { Condition, Deployment, PodTemplateSpec, ReplicaSet } from '../../schemas/meta/object.js';
import { controllerRef, type KubeObject } from '../../schemas/meta/object.js';
import { conditionOf } from '../../schemas/meta/conditions.js';
import { parseTime } from '../../schemas/meta/time.js';
import { conditionsOf, deploymentCondition, hasProgressDeadline, withCondition } from './deployment-status.js';
import { newestAnnotations, REVISION, revisionOf, withSizes } from './revision-annotations.js';
import { maxSurgeOf, newReplicaSetSize, replicasOf } from './rollout-math.js';

const HASH_LABEL = 'pod-template-hash';

export interface RolloutInput {
  readonly deployment: Deployment;
  /** Those that it controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Whether a pod of the ReplicaSet with this uid still runs or may run. Only Recreate asks. */
  hasRunningPods(replicaSetUid: string): boolean;
  readonly nowMs: number;
  readonly hash: (template: PodTemplateSpec, collisionCount: number | undefined) => string;
}

const createdMs = (set: ReplicaSet) => parseTime(set.metadata.creationTimestamp);

export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  return createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** The same but for the hash that we put into a ReplicaSet's template. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  if (!template?.metadata?.labels?.[HASH_LABEL]) return template;
  const { [HASH_LABEL]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

export class Rollout {
  readonly deployment: Deployment;
  readonly nowMs: number;
  /** The ReplicaSet of today's template, once it is there or planned. */
  newSet: ReplicaSet | undefined;
  /** True where `newSet` is to be created. */
  isNew = false;
  readonly removals: ReplicaSet[] = [];
  /** Words of the event ScalingReplicaSet, by name of ReplicaSet. */
  readonly scalings = new Map<string, string>();
  conditions: readonly Condition[];
  revision: string | undefined;
  readonly #before = new Map<string, ReplicaSet>();
  #old: ReplicaSet[];

  constructor(readonly input: RolloutInput) {
    this.deployment = input.deployment;
    this.nowMs = input.nowMs;
    this.conditions = conditionsOf(input.deployment);
    const sets = [...input.replicaSets].sort(byAge);
    for (const set of sets) this.#before.set(set.metadata.name, set);
    this.newSet = sets.find((set) => sameTemplate(set.spec?.template, this.deployment.spec?.template));
    this.#old = sets.filter((set) => set !== this.newSet);
    if (this.newSet) this.#refreshNewSet(this.newSet);
  }

  /** All but the newest, oldest first, as scaled so far. */
  get old(): readonly ReplicaSet[] {
    return this.#old;
  }

  get activeOld(): readonly ReplicaSet[] {
    return this.#old.filter((set) => replicasOf(set) > 0);
  }

  get all(): readonly ReplicaSet[] {
    return this.newSet ? [...this.#old, this.newSet] : this.#old;
  }

  /** Changed ones, as they shall be. */
  get updates(): ReplicaSet[] {
    return this.all.filter(
      (set) => !(this.isNew && set === this.newSet) && this.#before.get(set.metadata.name) !== set,
    );
  }

  get #nextRevision(): number {
    return Math.max(0, ...this.#old.map(revisionOf)) + 1;
  }

  #refreshNewSet(set: ReplicaSet): void {
    const annotations = newestAnnotations(this.deployment, set.metadata.annotations, this.#nextRevision);
    const minReadySeconds = this.deployment.spec?.minReadySeconds;
    const sameSeconds = (set.spec?.minReadySeconds ?? 0) === (minReadySeconds ?? 0);
    if (annotations !== set.metadata.annotations || !sameSeconds) {
      this.#put({
        ...set,
        metadata: { ...set.metadata, annotations },
        spec: { ...set.spec, minReadySeconds } as ReplicaSet['spec'],
      } as ReplicaSet);
    }
    this.revision = annotations[REVISION];
    if (!hasProgressDeadline(this.deployment) || conditionOf(this.conditions, 'Progressing')) return;
    const message = `Found new replica set "${set.metadata.name}"`;
    this.say('Progressing', 'True', 'FoundNewReplicaSet', message);
  }

  say(type: 'Progressing', status: Condition['status'], reason: string, message: string): void {
    this.conditions = withCondition(this.conditions, deploymentCondition(type, status, reason, message, this.nowMs));
  }

  /** Plans today's ReplicaSet unless it is there. */
  ensureNewSet(): ReplicaSet {
    if (this.newSet) return this.newSet;
    const revision = this.#nextRevision;
    const draft = newReplicaSet(this.input, revision);
    const size = newReplicaSetSize(this.deployment, this.#old, 0);
    const name = draft.metadata.name;
    this.newSet = { ...draft, spec: { ...draft.spec, replicas: size } } as ReplicaSet;
    this.isNew = true;
    this.revision = String(revision);
    if (size > 0) this.scalings.set(name, `Scaled up replica set ${name} from 0 to ${size}`);
    if (hasProgressDeadline(this.deployment)) {
      this.say('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    }
    return this.newSet;
  }

  /** Answers whether the size changes. The sizes that the Deployment had in mind are written with it. */
  scale(set: ReplicaSet, size: number): boolean {
    if (replicasOf(set) === size) return false;
    this.scaleAnnotated(set, size);
    return true;
  }

  /** As `scale`, but writes the annotations also where the size stays. */
  scaleAnnotated(set: ReplicaSet, size: number): void {
    const { deployment } = this;
    const desired = replicasOf(deployment);
    const annotations = withSizes(set.metadata.annotations, desired, desired + maxSurgeOf(deployment));
    const from = replicasOf(set);
    if (from === size && annotations === set.metadata.annotations) return;
    this.#put({
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas: size } as ReplicaSet['spec'],
    } as ReplicaSet);
    if (from === size) return;
    const { name } = set.metadata;
    this.scalings.set(name, `Scaled ${size > from ? 'up' : 'down'} replica set ${name} from ${from} to ${size}`);
  }

  #put(next: ReplicaSet): void {
    if (this.newSet?.metadata.name === next.metadata.name) this.newSet = next;
    else this.#old = this.#old.map((set) => (set.metadata.name === next.metadata.name ? next : set));
  }

  remove(set: ReplicaSet): void {
    this.removals.push(set);
  }
}

/** Today's ReplicaSet, of size 0. */
function newReplicaSet({ deployment, hash }: RolloutInput, revision: number): ReplicaSet {
  const template = deployment.spec?.template as PodTemplateSpec;
  const value = hash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: value };
  const desired = replicasOf(deployment);
  const annotations = newestAnnotations(deployment, undefined, revision);
  const { minReadySeconds, selector } = deployment.spec ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${value}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: withSizes(annotations, desired, desired + maxSurgeOf(deployment)),
      ownerReferences: [controllerRef(deployment as KubeObject)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: value } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  } as unknown as ReplicaSet;
}
