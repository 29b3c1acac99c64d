/** Is an owner there, gone, or waiting for its dependents? */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { keyOf, type ObjectKey, type OwnerReference } from '../../schemas/meta/object.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import type { View } from '../../runtime/views/view.js';
import type { ObjectItem } from './object-view.js';

/** waiting: being deleted in the foreground. */
export type OwnerState = 'solid' | 'gone' | 'waiting';

const GONE_MAX = 10_000;
const FOREGROUND = 'foregroundDeletion';

const stateOf = (terminating: boolean, finalizers: readonly string[]): OwnerState =>
  terminating && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid';

export class OwnerStates {
  readonly #kinds = new Map<string, KindDefinition>();
  /** Address and uid: a uid that is gone never comes back. */
  readonly #gone = new Set<string>();
  readonly #asked = new Map<string, Promise<OwnerState>>();

  constructor(
    kinds: readonly KindDefinition[],
    private readonly viewOf: (type: string) => View<ObjectItem> | undefined,
  ) {
    for (const kind of kinds) this.#kinds.set(`${kind.group}/${kind.kind}`, kind);
  }

  /** Undefined for kinds that nobody serves. */
  addressOf(owner: OwnerReference, namespace: string): { type: string; key: ObjectKey } | undefined {
    const slash = owner.apiVersion.indexOf('/');
    const kind = this.#kinds.get(`${slash < 0 ? '' : owner.apiVersion.slice(0, slash)}/${owner.kind}`);
    return kind && { type: kind.type, key: keyOf(kind.namespaced ? namespace : undefined, owner.name) };
  }

  /** An owner of an unknown kind counts as there: nothing is known of its absence. */
  async of(owner: OwnerReference, dependent: ObjectItem, client: ResourceClient): Promise<OwnerState> {
    const address = this.addressOf(owner, dependent.namespace);
    if (!address) return 'solid';
    const seen = this.viewOf(address.type)?.get(address.key);
    if (seen?.uid === owner.uid) return stateOf(seen.terminating, seen.finalizers);
    const id = `${address.type}/${address.key}/${owner.uid}`;
    if (this.#gone.has(id)) return 'gone';
    let asked = this.#asked.get(id);
    if (!asked) {
      asked = this.#ask(address.type, address.key, owner.uid, id, client).finally(() => this.#asked.delete(id));
      this.#asked.set(id, asked);
    }
    return asked;
  }

  async #ask(type: string, key: ObjectKey, uid: string, id: string, client: ResourceClient): Promise<OwnerState> {
    const stored = await client.read(type, key);
    if (stored?.object.metadata.uid === uid) {
      const { deletionTimestamp, finalizers } = stored.object.metadata;
      return stateOf(deletionTimestamp !== undefined, finalizers ?? []);
    }
    if (this.#gone.size >= GONE_MAX) this.#gone.clear();
    this.#gone.add(id);
    return 'gone';
  }
}
