/** What may be asked of the actor of one API object, at `<type>/<key>`. Implemented by actors/resources/resource-actor.ts. */
import type { KubeObject } from '../meta/object.js';
import type { StoredObject } from '../meta/stored-object.js';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';
export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/** Subresources through which an object is written. '' is the object itself. */
export type WriteTarget = '' | 'status' | 'scale' | 'finalize' | 'ephemeralcontainers' | 'resize';

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

interface WriteOptions {
  /** Everything but the commit happens. */
  dryRun?: boolean;
  fieldValidation?: FieldValidation;
}

export interface Create extends WriteOptions {
  /** Decoded and admitted. metadata.uid has been chosen by the originator (so that a repeat makes the same object). */
  object: KubeObject;
  /** The uid of the namespace that it was admitted to: the guard `closed/<uid>` must be absent. */
  namespaceUid?: string;
  /** An owner that must still be there with this uid, by `metadata.ownerReferences`; reserved for controllers. */
  ownerUid?: string;
}

export interface Replace extends WriteOptions {
  object: KubeObject;
  target: WriteTarget;
  /** From the object's metadata where the client sent them. */
  preconditions: Preconditions;
  /** Set where a PUT may create (with the uid to use). */
  createUid?: string;
  namespaceUid?: string;
}

export interface Patch extends WriteOptions {
  patchType: 'json' | 'merge' | 'strategic';
  /** Parsed body. */
  patch: unknown;
  target: WriteTarget;
  preconditions: Preconditions;
}

export interface Delete {
  dryRun?: boolean;
  preconditions: Preconditions;
  gracePeriodSeconds?: number;
  propagationPolicy?: PropagationPolicy;
}

/** Pods only. The bind is refused unless the guards hold: the bidder's right to the node, and the auctioneer's. */
export interface Bind {
  uid: string;
  node: string;
  guards: readonly Guard[];
}

/** Pods only: sets DisruptionTarget and deletes. */
export interface Evict {
  preconditions: Preconditions;
  gracePeriodSeconds?: number;
  dryRun?: boolean;
  /** Condition DisruptionTarget's reason and message: `EvictionByEvictionAPI`, `DeletionByTaintManager`, … */
  reason: string;
  message: string;
}

/** A named field beside a type's objects that a commit requires to equal `value`, or to be absent (null). */
export interface Guard {
  name: string;
  value: string | null;
}

/** `unchanged`: the write would have changed nothing, so nothing was committed. `terminating`: a delete that waits for grace or finalizers. */
export type WriteResult = 'created' | 'updated' | 'unchanged' | 'terminating' | 'deleted' | 'dry-run';

export interface Written {
  result: WriteResult;
  /** As now stored (or, for `deleted`, as last stored, with the deletion's resourceVersion). */
  stored: StoredObject;
  warnings: readonly string[];
}

/** Each method throws a StatusError (schemas/errors.ts). Each may be repeated with the same ask id. */
export interface ResourceProtocol {
  create(message: Create): Promise<Written>;
  replace(message: Replace): Promise<Written>;
  patch(message: Patch): Promise<Written>;
  delete(message: Delete): Promise<Written>;
  bind(message: Bind): Promise<Written>;
  evict(message: Evict): Promise<Written>;
  /** A fenced read: undefined means that it really is absent. */
  read(message: Record<string, never>): Promise<StoredObject | undefined>;
}
