/** What a controller is to the runtime: which views name keys of it, and one level-based function per key. */
import type { ObjectKey } from '../../schemas/meta/object.js';
import type { EventRecorder, ResourceClient } from '../admission/resource-client.js';
import type { Clock } from '../process/clock.js';
import type { Random } from '../process/random.js';
import type { View, Views } from '../views/view.js';

/** done: until a change names the key again. again: also after a time. never: a broken input; logged, not retried until a change. A thrown error is retried with back-off. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'never'; readonly reason: string };

export const done: Outcome = { kind: 'done' };
export const again = (afterMs: number): Outcome => ({ kind: 'again', afterMs });

/** What a controller may touch. `client` remembers the revisions committed through it per key, so that a key runs again only when the views hold them. */
export interface ControllerContext {
  readonly client: ResourceClient;
  readonly views: Views;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Queues a key; as often as you like. `afterMs` for later. */
  enqueue(key: ObjectKey, afterMs?: number): void;
  /** Adds a view's changes as a source: `keys` names the keys that a change concerns. Everything already in the view is named once at start. */
  watch<P>(view: View<P>, keys: (item: P, key: ObjectKey) => readonly ObjectKey[]): void;
}

export interface Controller {
  /** As in Kubernetes: `deployment-controller`. Its writes are made as `system:serviceaccount:kube-system:<name>`. */
  readonly name: string;
  /** How many keys at once. */
  readonly concurrency: number;
  /** Opens views and calls `context.watch`. Called once per life, before any reconcile. */
  start(context: ControllerContext): Promise<void>;
  /** Looks at the views and acts on what is. `client` is scoped to this run. */
  reconcile(key: ObjectKey, client: ResourceClient): Promise<Outcome>;
  stop?(): void;
}
