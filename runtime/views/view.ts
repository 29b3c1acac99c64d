/** A controller's view of one type: a projection of each object (the fields it declares), with indexes, fed by the cache's changes. */
import type { KubeObject, ObjectKey } from '../../schemas/meta/object.js';

export interface ViewSpec<P> {
  readonly type: string;
  /** What to keep of an object; undefined leaves it out of the view. Pure. */
  project(object: KubeObject, key: ObjectKey): P | undefined;
  /** Name of an index → the values under which an item is found. */
  readonly indexes?: Readonly<Record<string, (item: P) => readonly string[]>>;
}

export interface ViewChange<P> {
  readonly key: ObjectKey;
  readonly before: P | undefined;
  readonly after: P | undefined;
  readonly revision: number;
}

export interface View<P> {
  readonly type: string;
  readonly revision: number;
  readonly size: number;
  get(key: ObjectKey): P | undefined;
  all(): IterableIterator<[ObjectKey, P]>;
  /** Items whose index function named `value`. Don't keep the iterator over an await. */
  by(index: string, value: string): IterableIterator<P>;
  /** Called per change, in revision order. */
  onChange(listener: (change: ViewChange<P>) => void): () => void;
  /** Resolves when `revision` is in the view. */
  reached(revision: number): Promise<void>;
  /** Resolves when everything committed before the call is in the view. */
  fresh(): Promise<void>;
}

export abstract class Views {
  /** The view of a spec; the same spec object gives the same view. Loaded when resolved. */
  abstract of<P>(spec: ViewSpec<P>): Promise<View<P>>;
}
