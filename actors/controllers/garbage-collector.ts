/**
 * Deletes what has lost its owners: https://kubernetes.io/docs/concepts/architecture/garbage-collection/. Keys are `<type>|<key>`.
 * That an owner is gone is never concluded from a view: it is asked for, fenced, first.
 */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { KubeObject, ObjectKey, OwnerReference } from '../../schemas/meta/object.js';
import type { PropagationPolicy } from '../../schemas/messages/resource.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import { type Controller, type ControllerContext, done, type Outcome } from '../../runtime/reconcile/controller.js';
import type { View } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { type ObjectItem, objectsView } from './object-view.js';
import { OwnerStates } from './owner-states.js';
import { unlessGone } from './settled.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

interface Dependent {
  readonly type: string;
  readonly item: ObjectItem;
}

/** Everything but Events, which own nothing and are owned by nothing. */
const isCollected = (kind: KindDefinition): boolean => kind.stored && kind.type !== 'events';

const queueKey = (type: string, key: ObjectKey): string => `${type}|${key}`;

export class GarbageCollector implements Controller {
  readonly name = 'generic-garbage-collector';
  readonly concurrency = 64;
  readonly #views = new Map<string, View<ObjectItem>>();
  readonly #states: OwnerStates;
  #context!: ControllerContext;

  constructor(private readonly kinds: readonly KindDefinition[]) {
    this.#states = new OwnerStates(kinds, (type) => this.#views.get(type));
  }

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    const types = this.kinds.filter(isCollected).map(({ type }) => type);
    await Promise.all(types.map(async (type) => this.#views.set(type, await context.views.of(objectsView(type)))));
    for (const [type, view] of this.#views) {
      for (const [key, item] of view.all()) if (isConcerned(item)) context.enqueue(queueKey(type, key));
      view.onChange(({ before, after }) => this.#changed(type, before, after));
    }
  }

  #changed(type: string, before: ObjectItem | undefined, after: ObjectItem | undefined): void {
    if (before && before.uid !== after?.uid) {
      for (const { type: other, item } of this.#dependentsOf(before.uid)) this.#enqueue(other, item.key);
      this.#enqueueOwners(before);
    }
    if (!after) return;
    if (before && isAsBefore(before, after)) return;
    if (isConcerned(after)) this.#enqueue(type, after.key);
    // An owner that waits for this one may wait no longer.
    if (before) this.#enqueueOwners(before);
    // Owners that begin to wait for their dependents.
    if (after.terminating && !before?.terminating && after.finalizers.includes(FOREGROUND)) {
      for (const { type: other, item } of this.#dependentsOf(after.uid)) this.#enqueue(other, item.key);
    }
  }

  #enqueue(type: string, key: ObjectKey): void {
    this.#context.enqueue(queueKey(type, key));
  }

  #enqueueOwners({ owners, namespace }: ObjectItem): void {
    for (const owner of owners) {
      const address = this.#states.addressOf(owner, namespace);
      if (address) this.#enqueue(address.type, address.key);
    }
  }

  *#dependentsOf(uid: string): IterableIterator<Dependent> {
    for (const [type, view] of this.#views) for (const item of view.by('owner', uid)) yield { type, item };
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const [type = '', objectKey = ''] = key.split('|');
    const item = this.#views.get(type)?.get(objectKey);
    if (!item) return done;
    if (item.terminating && item.finalizers.includes(ORPHAN)) await this.#orphan(type, item, client);
    else if (item.terminating && item.finalizers.includes(FOREGROUND)) await this.#awaitDependents(type, item, client);
    else if (!item.terminating && item.owners.length > 0) await this.#judge(type, item, client);
    return done;
  }

  // Owners that are going.

  async #allFresh(): Promise<void> {
    await Promise.all([...this.#views.values()].map((view) => view.fresh()));
  }

  /** Frees all dependents of this owner, then the owner. */
  async #orphan(type: string, owner: ObjectItem, client: ResourceClient): Promise<void> {
    await this.#allFresh();
    const dependents = [...this.#dependentsOf(owner.uid)];
    await inBatches(dependents, ({ type: other, item }) => this.#dropOwners(other, item, new Set([owner.uid]), client));
    await this.#dropFinalizer(type, owner, ORPHAN, client);
  }

  /** Lets the owner go when nothing that blocks its deletion is left. */
  async #awaitDependents(type: string, owner: ObjectItem, client: ResourceClient): Promise<void> {
    await this.#allFresh();
    const blocking = [...this.#dependentsOf(owner.uid)].filter(({ item }) => blocks(item, owner.uid));
    if (blocking.length === 0) await this.#dropFinalizer(type, owner, FOREGROUND, client);
    else for (const { type: other, item } of blocking) if (!item.terminating) this.#enqueue(other, item.key);
  }

  async #dropFinalizer(
    type: string,
    { key, uid }: ObjectItem,
    finalizer: string,
    client: ResourceClient,
  ): Promise<void> {
    const change = (object: KubeObject): KubeObject | undefined => {
      const { metadata } = object;
      if (!metadata.finalizers?.includes(finalizer)) return undefined;
      const finalizers = metadata.finalizers.filter((name) => name !== finalizer);
      return { ...object, metadata: { ...metadata, finalizers } };
    };
    await unlessGone(client.update(type, key, uid, change));
  }

  // Dependents.

  async #judge(type: string, item: ObjectItem, client: ResourceClient): Promise<void> {
    const states = await Promise.all(item.owners.map((owner) => this.#states.of(owner, item, client)));
    const isSolid = states.some((state) => state === 'solid');
    const lost = new Set(item.owners.filter((_, i) => states[i] !== 'solid').map(({ uid }) => uid));
    if (lost.size === 0) return;
    if (isSolid) {
      await this.#dropOwners(type, item, lost, client);
      return;
    }
    const dependents = [...this.#dependentsOf(item.uid)];
    if (states.includes('waiting') && dependents.length > 0) {
      await this.#breakCircle(type, item, dependents, client);
      await this.#delete(type, item, 'Foreground', client);
      return;
    }
    await this.#delete(type, item, policyOf(item), client);
  }

  /** Where a dependent of this one waits for it as well, neither must block the other. */
  async #breakCircle(
    type: string,
    { key, uid, owners }: ObjectItem,
    dependents: readonly Dependent[],
    client: ResourceClient,
  ): Promise<void> {
    const isCircle = dependents.some(({ item }) => item.terminating && item.finalizers.includes(FOREGROUND));
    if (!isCircle || !owners.some(({ blockOwnerDeletion }) => blockOwnerDeletion)) return;
    const change = (object: KubeObject): KubeObject => {
      const { metadata } = object;
      const ownerReferences = metadata.ownerReferences?.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
      return { ...object, metadata: { ...metadata, ownerReferences } };
    };
    await unlessGone(client.update(type, key, uid, change));
  }

  async #dropOwners(type: string, item: ObjectItem, lost: ReadonlySet<string>, client: ResourceClient): Promise<void> {
    const change = (object: KubeObject): KubeObject | undefined => {
      const { metadata } = object;
      const ownerReferences = metadata.ownerReferences?.filter(({ uid }) => !lost.has(uid)) ?? [];
      if (ownerReferences.length === (metadata.ownerReferences?.length ?? 0)) return undefined;
      return { ...object, metadata: { ...metadata, ownerReferences } };
    };
    await unlessGone(client.update(type, item.key, item.uid, change));
  }

  /** Only what was seen: an object that got another owner meanwhile is looked at again. */
  async #delete(
    type: string,
    item: ObjectItem,
    propagationPolicy: PropagationPolicy,
    client: ResourceClient,
  ): Promise<void> {
    const { key, uid, owners } = item;
    const now = await client.read(type, key);
    if (!now || now.object.metadata.uid !== uid || now.object.metadata.deletionTimestamp) return;
    const { ownerReferences, resourceVersion } = now.object.metadata;
    if (!sameOwners(owners, ownerReferences)) return; // The change names the key again.
    await unlessGone(client.delete(type, key, { preconditions: { uid, resourceVersion }, propagationPolicy })).then(
      (isDone) => {
        if (!isDone) this.#enqueue(type, key);
      },
    );
  }
}

/** Something to do, or to find out. */
function isConcerned({ owners, terminating, finalizers }: ObjectItem): boolean {
  return owners.length > 0 || (terminating && (finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND)));
}

/** Nothing that matters here: most changes are of statuses. */
function isAsBefore(before: ObjectItem, after: ObjectItem): boolean {
  return (
    before.uid === after.uid &&
    before.terminating === after.terminating &&
    before.finalizers.length === after.finalizers.length &&
    before.finalizers.every((name, i) => name === after.finalizers[i]) &&
    sameOwners(before.owners, after.owners)
  );
}

const blocks = (item: ObjectItem, ownerUid: string): boolean =>
  item.owners.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true);

function policyOf({ finalizers }: ObjectItem): PropagationPolicy {
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}

function sameOwners(seen: readonly OwnerReference[], now: readonly OwnerReference[] = []): boolean {
  if (seen.length !== now.length) return false;
  return seen.every(({ uid, blockOwnerDeletion }, i) => {
    const other = now[i];
    return other?.uid === uid && other.blockOwnerDeletion === blockOwnerDeletion;
  });
}
