/** Fakes of the runtime's ports for the controllers' tests: views over maps, a client that writes into them and records what it was asked. */
import { ManualClock } from '../../../harness/manual-clock.js';
import { AlreadyExistsError, ConflictError, NotFoundError } from '../../../../schemas/errors.js';
import { type KubeObject, keyOf, keyOfObject, type ObjectKey } from '../../../../schemas/meta/object.js';
import { StoredObject } from '../../../../schemas/meta/stored-object.js';
import type { Written, WriteResult } from '../../../../schemas/messages/resource.js';
import type { Controller, ControllerContext, Outcome } from '../../../../runtime/reconcile/controller.js';
import type { ViewChange, ViewSpec } from '../../../../runtime/views/view.js';

type Listener = (change: ViewChange<any>) => void;

/** All objects of a fake cluster. Every write is visible at once. */
export class FakeStore {
  revision = 1;
  readonly objects = new Map<string, Map<ObjectKey, KubeObject>>();
  readonly listeners = new Map<string, Set<(key: ObjectKey, before?: KubeObject, after?: KubeObject) => void>>();

  of(type: string): Map<ObjectKey, KubeObject> {
    let objects = this.objects.get(type);
    if (!objects) this.objects.set(type, (objects = new Map()));
    return objects;
  }

  put(type: string, object: any): KubeObject {
    const resourceVersion = String(++this.revision);
    const metadata = {
      uid: `uid-${object.metadata.name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...object.metadata,
      resourceVersion,
    };
    const stored = { ...object, metadata } as KubeObject;
    const key = keyOfObject(stored);
    const before = this.of(type).get(key);
    this.of(type).set(key, stored);
    this.#tell(type, key, before, stored);
    return stored;
  }

  remove(type: string, key: ObjectKey): void {
    const before = this.of(type).get(key);
    this.of(type).delete(key);
    this.revision++;
    this.#tell(type, key, before, undefined);
  }

  #tell(type: string, key: ObjectKey, before?: KubeObject, after?: KubeObject): void {
    for (const listener of this.listeners.get(type) ?? []) listener(key, before, after);
  }

  listen(type: string, listener: (key: ObjectKey, before?: KubeObject, after?: KubeObject) => void): void {
    let set = this.listeners.get(type);
    if (!set) this.listeners.set(type, (set = new Set()));
    set.add(listener);
  }
}

export class FakeView<P> {
  readonly #listeners = new Set<Listener>();

  constructor(
    private readonly store: FakeStore,
    private readonly spec: ViewSpec<P>,
  ) {
    store.listen(spec.type, (key, before, after) => {
      const change = {
        key,
        before: before && spec.project(before, key),
        after: after && spec.project(after, key),
        revision: store.revision,
      };
      if (change.before === undefined && change.after === undefined) return;
      for (const listener of this.#listeners) listener(change);
    });
  }

  get type() {
    return this.spec.type;
  }

  get revision() {
    return this.store.revision;
  }

  get size() {
    return [...this.all()].length;
  }

  get(key: ObjectKey): P | undefined {
    const object = this.store.of(this.spec.type).get(key);
    return object && this.spec.project(object, key);
  }

  *all(): IterableIterator<[ObjectKey, P]> {
    for (const [key, object] of this.store.of(this.spec.type)) {
      const item = this.spec.project(object, key);
      if (item !== undefined) yield [key, item];
    }
  }

  *by(index: string, value: string): IterableIterator<P> {
    for (const [, item] of this.all()) if (this.spec.indexes?.[index]?.(item).includes(value)) yield item;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async reached(): Promise<void> {}
  async fresh(): Promise<void> {}
}

export class FakeViews {
  readonly #views = new Map<unknown, FakeView<any>>();
  constructor(private readonly store: FakeStore) {}

  async of(spec: ViewSpec<any>): Promise<FakeView<any>> {
    let view = this.#views.get(spec);
    if (!view) this.#views.set(spec, (view = new FakeView(this.store, spec)));
    return view;
  }
}

const about = (type: string, key: ObjectKey) => {
  const [resource = '', ...group] = type.split('.');
  return { group: group.join('.'), resource, name: key.split('/').at(-1) ?? key };
};

function merged(object: any, patch: any): any {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = { ...object };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = merged(result[field], value);
  }
  return result;
}

/** `refuse` may throw for a call. Deleted pods that are bound stay as terminating. */
export class FakeClient {
  readonly calls: string[] = [];
  refuse: (call: string, type: string, key: ObjectKey) => void = () => {};

  constructor(readonly store: FakeStore) {}

  as(): this {
    return this;
  }

  #written(result: WriteResult, object: KubeObject): Written {
    const bytes = new Uint8Array();
    return { result, stored: new StoredObject(bytes, object.metadata.resourceVersion, object), warnings: [] };
  }

  #note(call: string, type: string, key: ObjectKey): void {
    this.calls.push(`${call} ${type} ${key}`);
    this.refuse(call, type, key);
  }

  #mustHave(type: string, key: ObjectKey, preconditions: { uid?: string; resourceVersion?: string } = {}): KubeObject {
    const object = this.store.of(type).get(key);
    if (!object) throw new NotFoundError(about(type, key));
    if (preconditions.uid && preconditions.uid !== object.metadata.uid) throw new ConflictError(about(type, key));
    const { resourceVersion } = preconditions;
    if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
      throw new ConflictError(about(type, key));
    }
    return object;
  }

  async create(type: string, draft: any): Promise<Written> {
    const key = keyOfObject(draft);
    this.#note('create', type, key);
    if (this.store.of(type).has(key)) throw new AlreadyExistsError(about(type, key));
    return this.#written('created', this.store.put(type, draft));
  }

  async replace(type: string, object: any, options: any = {}): Promise<Written> {
    const key = keyOfObject(object);
    this.#note(options.target ? `replace/${options.target}` : 'replace', type, key);
    const old = this.#mustHave(type, key, options.preconditions);
    const grown = !options.target && JSON.stringify(old['spec']) !== JSON.stringify(object.spec) ? 1 : 0;
    const generation = (old.metadata.generation ?? 1) + grown;
    return this.#written('updated', this.store.put(type, { ...object, metadata: { ...object.metadata, generation } }));
  }

  async patch(type: string, key: ObjectKey, message: any): Promise<Written> {
    this.#note(message.target ? `patch/${message.target}` : 'patch', type, key);
    const object = this.#mustHave(type, key, message.preconditions);
    return this.#written('updated', this.store.put(type, merged(object, message.patch)));
  }

  async delete(type: string, key: ObjectKey, message: any = {}): Promise<Written> {
    this.#note('delete', type, key);
    const object = this.#mustHave(type, key, message.preconditions);
    const stays =
      (object.metadata.finalizers ?? []).length > 0 ||
      (type === 'pods' && object['spec']?.nodeName && message.gracePeriodSeconds !== 0);
    if (stays) {
      const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T00:01:00Z' };
      return this.#written('terminating', this.store.put(type, { ...object, metadata }));
    }
    this.store.remove(type, key);
    return this.#written('deleted', object);
  }

  async bind(key: ObjectKey, message: any): Promise<Written> {
    this.#note('bind', 'pods', key);
    const pod = this.#mustHave('pods', key, { uid: message.uid });
    if (pod['spec'].nodeName)
      throw new ConflictError(about('pods', key), `pod is already assigned to node "${pod['spec'].nodeName}"`);
    return this.#written(
      'updated',
      this.store.put('pods', { ...pod, spec: { ...pod['spec'], nodeName: message.node } }),
    );
  }

  async evict(key: ObjectKey, message: any): Promise<Written> {
    this.#note(`evict(${message.reason})`, 'pods', key);
    return this.delete('pods', key, message);
  }

  async read(type: string, key: ObjectKey): Promise<StoredObject | undefined> {
    const object = this.store.of(type).get(key);
    return object && new StoredObject(new Uint8Array(), object.metadata.resourceVersion, object);
  }

  async updateStatus(type: string, key: ObjectKey, uid: string, change: any): Promise<Written | undefined> {
    const object = this.#mustHave(type, key, { uid });
    const status = change(object);
    if (status === undefined) return undefined;
    this.#note('status', type, key);
    return this.#written('updated', this.store.put(type, { ...object, status }));
  }

  async update(type: string, key: ObjectKey, uid: string, change: any): Promise<Written | undefined> {
    const object = this.#mustHave(type, key, { uid });
    const next = change(object);
    if (next === undefined) return undefined;
    this.#note('update', type, key);
    const gone = next.metadata.deletionTimestamp && (next.metadata.finalizers ?? []).length === 0;
    if (gone) {
      this.store.remove(type, key);
      return this.#written('deleted', next);
    }
    return this.#written('updated', this.store.put(type, next));
  }
}

export interface Recorded {
  type: string;
  reason: string;
  message: string;
  involved: { name: string };
}

/** Runs one controller over a fake store until its queue is empty. */
export class Stage {
  readonly store = new FakeStore();
  readonly client = new FakeClient(this.store);
  readonly clock = new ManualClock(Date.UTC(2026, 5, 1));
  readonly events: Recorded[] = [];
  readonly views = new FakeViews(this.store);
  readonly queue = new Set<ObjectKey>();
  readonly outcomes: Outcome[] = [];
  readonly errors: unknown[] = [];

  async start(controller: Controller): Promise<this> {
    const context = {
      client: this.client,
      views: this.views,
      events: { record: (event: Recorded) => this.events.push(event) },
      clock: this.clock,
      random: { next: () => 0.5, uuid: () => 'uuid', bytes: (n: number) => new Uint8Array(n) },
      enqueue: (key: ObjectKey, afterMs = 0) => {
        if (afterMs === 0) this.queue.add(key);
      },
      watch: (view: FakeView<any>, keys: (item: any, key: ObjectKey) => readonly ObjectKey[]) => {
        const name = (item: any, key: ObjectKey) => {
          if (item !== undefined) for (const named of keys(item, key)) this.queue.add(named);
        };
        for (const [key, item] of view.all()) name(item, key);
        view.onChange(({ key, before, after }) => {
          name(before, key);
          name(after, key);
        });
      },
    } as unknown as ControllerContext;
    await controller.start(context);
    return this;
  }

  async run(controller: Controller, limit = 200): Promise<void> {
    for (let i = 0; this.queue.size > 0; i++) {
      if (i > limit) throw new Error(`still busy with ${[...this.queue].join(', ')}`);
      const [key = ''] = this.queue;
      this.queue.delete(key);
      try {
        const outcome = await controller.reconcile(key, this.client as never);
        this.outcomes.push(outcome);
        if (outcome.kind === 'again' && outcome.afterMs === 0) this.queue.add(key);
      } catch (error) {
        this.errors.push(error);
      }
    }
  }

  get messages(): string[] {
    return this.events.map(({ reason, message }) => `${reason}: ${message}`);
  }

  get(type: string, namespace: string | undefined, name: string): any {
    return this.store.of(type).get(keyOf(namespace, name));
  }

  list(type: string): any[] {
    return [...this.store.of(type).values()];
  }
}
