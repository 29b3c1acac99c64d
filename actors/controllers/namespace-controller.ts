/** Empties a namespace that is being deleted, pods first (KEP-5080), and lets it go when nothing is left. */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { Condition, KubeObject, Namespace, ObjectKey } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import {
  again,
  type Controller,
  type ControllerContext,
  done,
  type Outcome,
} from '../../runtime/reconcile/controller.js';
import type { NamespaceGuards } from '../../runtime/reconcile/namespace-guards.js';
import type { View } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { namespaceConditions, type Remains } from './namespace-conditions.js';
import { namespacesView } from './namespace-view.js';
import { type ObjectItem, objectsView } from './object-view.js';
import { podsView } from './pod-view.js';
import { unlessGone } from './settled.js';

const FINALIZER = 'kubernetes';
const LOOK_AGAIN_MS = 500;

/** How a type is named in the condition's message. */
const labelOf = ({ plural, group }: KindDefinition): string => `${plural}.${group}`;

export class NamespaceController implements Controller {
  readonly name = 'namespace-controller';
  readonly concurrency = 10;
  readonly #pods: KindDefinition[];
  readonly #others: KindDefinition[];
  /** Namespace uid → types whose door is shut. */
  readonly #closed = new Map<string, Set<string>>();
  #context!: ControllerContext;
  #namespaces!: View<Namespace>;

  constructor(
    private readonly guards: NamespaceGuards,
    kinds: readonly KindDefinition[],
  ) {
    const namespaced = kinds.filter((kind) => kind.stored && kind.namespaced);
    this.#pods = namespaced.filter(({ type }) => type === 'pods');
    // Events are made to the end, and would otherwise be deleted again and again.
    const order = ({ type }: KindDefinition) => (type.startsWith('events') ? 1 : 0);
    this.#others = namespaced.filter(({ type }) => type !== 'pods').sort((a, b) => order(a) - order(b));
  }

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    this.#namespaces = await context.views.of(namespacesView);
    context.watch(this.#namespaces, (_, key) => [key]);
    // The last pod that goes lets the rest begin.
    const pods = await context.views.of(podsView);
    context.watch(pods, ({ namespace, terminating }) =>
      terminating && this.#isTerminating(namespace) ? [namespace] : [],
    );
  }

  #isTerminating(name: ObjectKey): boolean {
    return this.#namespaces.get(name)?.metadata.deletionTimestamp !== undefined;
  }

  async reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const namespace = this.#namespaces.get(key);
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes(FINALIZER)) return done;
    let remains = await this.#empty(namespace, this.#pods, client);
    if (remains.instances.size === 0) remains = await this.#empty(namespace, this.#others, client);
    if (remains.instances.size === 0 && remains.failures.length === 0) {
      await this.#finalize(namespace, client);
      return done;
    }
    await this.#tell(namespace, remains, client);
    return again(LOOK_AGAIN_MS);
  }

  /** Shuts the doors, lists at the newest revision, deletes; answers what is still there by then. */
  async #empty(namespace: Namespace, kinds: readonly KindDefinition[], client: ResourceClient): Promise<Remains> {
    const { name, uid } = namespace.metadata;
    const instances = new Map<string, number>();
    const finalizers = new Map<string, number>();
    const failures: string[] = [];
    for (const kind of kinds) {
      const view = await this.#closedView(kind.type, uid);
      try {
        const doomed = [...view.by('namespace', name)].filter(({ terminating }) => !terminating);
        await inBatches(doomed, (item) => remove(client, kind.type, item));
        await view.fresh();
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      for (const item of view.by('namespace', name)) {
        instances.set(labelOf(kind), (instances.get(labelOf(kind)) ?? 0) + 1);
        for (const finalizer of item.finalizers) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
      }
    }
    return { instances, finalizers, failures };
  }

  async #closedView(type: string, uid: string): Promise<View<ObjectItem>> {
    let closed = this.#closed.get(uid);
    if (!closed) this.#closed.set(uid, (closed = new Set()));
    if (!closed.has(type)) {
      await this.guards.close(type, uid);
      closed.add(type);
    }
    const view = await this.#context.views.of(objectsView(type));
    await view.fresh();
    return view;
  }

  async #tell(namespace: Namespace, remains: Remains, client: ResourceClient): Promise<void> {
    const { name, uid } = namespace.metadata;
    const now = formatTime(this.#context.clock.now());
    await client.updateStatus<Namespace>('namespaces', name, uid, (object) => {
      const old = object.status?.conditions as unknown as readonly Condition[] | undefined;
      const conditions = namespaceConditions(old, remains, now);
      return conditions === old ? undefined : ({ ...object.status, conditions } as unknown as Namespace['status']);
    });
  }

  async #finalize(namespace: Namespace, client: ResourceClient): Promise<void> {
    const { uid, resourceVersion } = namespace.metadata;
    const finalizers = namespace.spec?.finalizers?.filter((name) => name !== FINALIZER) ?? [];
    const next = { ...namespace, spec: { ...namespace.spec, finalizers } } as KubeObject;
    await client.replace('namespaces', next, { target: 'finalize', preconditions: { uid, resourceVersion } });
    this.#closed.delete(uid);
  }
}

function remove(client: ResourceClient, type: string, { key, uid }: ObjectItem): Promise<boolean> {
  return unlessGone(client.delete(type, key, { preconditions: { uid }, propagationPolicy: 'Background' }));
}
