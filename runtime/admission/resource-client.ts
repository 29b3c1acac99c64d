/**
 * How Troupe's own parts (controllers, scheduler, node-link, and the gateway for users) write: admission, then one ask to the object's actor,
 * repeated inside its budget with the same id. All methods throw StatusErrors.
 */
import type { KubeObject, ObjectKey } from '../../schemas/meta/object.js';
import type { StoredObject } from '../../schemas/meta/stored-object.js';
import type { Bind, Create, Delete, Evict, Patch, Replace, Written } from '../../schemas/messages/resource.js';

/** Who originates a write. */
export interface Originator {
  readonly username: string;
  readonly groups: readonly string[];
  readonly class: 'system' | 'user';
}

export interface AskOptions {
  readonly budgetMs?: number;
  /** Repeat-safe id; made by chance where absent. */
  readonly askId?: string;
}

/** An object to create: uid, resourceVersion and creationTimestamp are filled in on the way. */
export type Draft = Omit<KubeObject, 'metadata'> & { metadata: Partial<KubeObject['metadata']> };

export abstract class ResourceClient {
  /** The same client for another originator. */
  abstract as(originator: Originator): ResourceClient;

  /** `generateName` is resolved here, with up to 8 tries. */
  abstract create(type: string, draft: Draft, options?: AskOptions & Omit<Create, 'object'>): Promise<Written>;
  abstract replace(
    type: string,
    object: KubeObject,
    options?: AskOptions & Partial<Omit<Replace, 'object'>>,
  ): Promise<Written>;
  abstract patch(
    type: string,
    key: ObjectKey,
    patch: Omit<Patch, 'preconditions'> & Partial<Pick<Patch, 'preconditions'>>,
    options?: AskOptions,
  ): Promise<Written>;
  abstract delete(type: string, key: ObjectKey, message?: Partial<Delete>, options?: AskOptions): Promise<Written>;
  abstract bind(key: ObjectKey, message: Bind, options?: AskOptions): Promise<Written>;
  abstract evict(key: ObjectKey, message: Evict, options?: AskOptions): Promise<Written>;
  /** Fenced: undefined means that it really is absent. */
  abstract read(type: string, key: ObjectKey, options?: AskOptions): Promise<StoredObject | undefined>;

  /** Replaces the status of an object: `change` gets the newest object and returns the new status (undefined: nothing to do). Repeats on conflict up to 5 times; a changed uid ends it as NotFound. */
  abstract updateStatus<T extends KubeObject>(
    type: string,
    key: ObjectKey,
    uid: string,
    change: (object: T) => T['status'] | undefined,
  ): Promise<Written | undefined>;

  /** Like updateStatus for the whole object. */
  abstract update<T extends KubeObject>(
    type: string,
    key: ObjectKey,
    uid: string,
    change: (object: T) => T | undefined,
  ): Promise<Written | undefined>;
}

/** Writes Kubernetes Events: aggregates repeats (count), bounds its queue, never fails or delays its caller. */
export abstract class EventRecorder {
  abstract record(event: {
    involved: {
      apiVersion: string;
      kind: string;
      namespace?: string;
      name: string;
      uid: string;
      fieldPath?: string;
      resourceVersion?: string;
    };
    type: 'Normal' | 'Warning';
    reason: string;
    message: string;
    /** reportingComponent, e.g. `deployment-controller`. */
    component: string;
    /** source.host / reportingInstance for node agents. */
    host?: string;
  }): void;
}
