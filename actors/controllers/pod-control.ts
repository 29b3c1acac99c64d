/** Makes and removes the pods of one owner, with Kubernetes' events. */
import { AlreadyExistsError, StatusError } from '../../schemas/errors.js';
import { controllerRef, type KubeObject, keyOf, keyOfObject, type ObjectKey } from '../../schemas/meta/object.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import type { EventRecorder, ResourceClient } from '../../runtime/admission/resource-client.js';
import { derivedAskId, derivedName } from './derived-name.js';
import type { PodItem } from './pod-view.js';
import { slowStart } from './slow-start.js';

const BATCH_MAX = 500;

/** A create was answered from the record of asks, and its pod has gone since: another ordinal is due. */
class SpentOrdinalError extends Error {
  override readonly name = 'SpentOrdinalError';
}

interface Made {
  readonly uid: string;
  readonly revision: string;
  next: number;
}

interface KnownPods {
  readonly revision: number;
  get(key: ObjectKey): PodItem | undefined;
}

export class PodControl {
  /** Ordinals used up by this process under one revision of an owner. A new process begins at 0 and finds the same objects. */
  readonly #made = new Map<ObjectKey, Made>();

  constructor(
    private readonly events: EventRecorder,
    private readonly component: string,
  ) {}

  forget(owner: ObjectKey): void {
    this.#made.delete(owner);
  }

  /** `count` pods from the owner's template. Answers the first error, undefined if all were made. */
  async create(client: ResourceClient, owner: KubeObject, count: number, known: KnownPods): Promise<unknown> {
    const made = this.#madeBy(owner);
    const seen = known.revision;
    const { error } = await slowStart(count, BATCH_MAX, () => this.#createOne(client, owner, made, known, seen));
    return isNamespaceTerminating(error) ? undefined : error;
  }

  #madeBy(owner: KubeObject): Made {
    const key = keyOfObject(owner);
    const { uid, resourceVersion } = owner.metadata;
    let made = this.#made.get(key);
    if (made?.uid !== uid || made.revision !== resourceVersion) {
      made = { uid, revision: resourceVersion, next: 0 };
      this.#made.set(key, made);
    }
    return made;
  }

  async #createOne(
    client: ResourceClient,
    owner: KubeObject,
    made: Made,
    known: KnownPods,
    seen: number,
  ): Promise<void> {
    const { uid, resourceVersion, namespace } = owner.metadata;
    const prefix = `${owner.metadata.name}-`;
    let ordinal = made.next++;
    let name = derivedName(prefix, uid, resourceVersion, ordinal);
    while (known.get(keyOf(namespace, name))) {
      ordinal = made.next++;
      name = derivedName(prefix, uid, resourceVersion, ordinal);
    }
    try {
      const options = { askId: derivedAskId(uid, resourceVersion, ordinal), ownerUid: uid };
      const { stored } = await client.create('pods', podFromTemplate(owner, prefix, name) as never, options);
      const revision = decodeResourceVersion(stored.resourceVersion)?.revision ?? seen + 1;
      if (revision <= seen) throw new SpentOrdinalError(`${name} was made before`);
      this.#record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`);
    } catch (error) {
      if (error instanceof SpentOrdinalError) throw error;
      // A refused name or request may succeed later under the same ordinal; one that is taken never will.
      if (!isAlreadyExists(error)) made.next = Math.min(made.next, ordinal);
      if (!isNamespaceTerminating(error)) {
        this.#record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  /** Deletes the pods as they were seen (uid and resourceVersion). Answers the first error; what has changed or gone meanwhile is none. */
  async delete(client: ResourceClient, owner: KubeObject, pods: readonly PodItem[]): Promise<unknown> {
    let failure: unknown;
    for (let i = 0; i < pods.length; i += BATCH_MAX) {
      const batch = pods.slice(i, i + BATCH_MAX);
      const errors = await Promise.all(batch.map((pod) => this.#deleteOne(client, owner, pod)));
      failure ??= errors.find((error) => error !== undefined);
    }
    return failure;
  }

  async #deleteOne(client: ResourceClient, owner: KubeObject, pod: PodItem): Promise<unknown> {
    const preconditions = { uid: pod.uid, resourceVersion: pod.resourceVersion };
    try {
      await client.delete('pods', pod.key, { preconditions });
      this.#record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.name}`);
      return undefined;
    } catch (error) {
      // Gone, or changed since: the view brings the news, and the key runs again.
      if (error instanceof StatusError && (error.code === 404 || error.code === 409)) return undefined;
      this.#record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      return error;
    }
  }

  #record(owner: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ involved: involvedOf(owner), type, reason, message, component: this.component });
  }
}

/** The object that an event is about. */
export function involvedOf({ apiVersion, kind, metadata }: KubeObject) {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

function podFromTemplate(owner: KubeObject, generateName: string, name: string): Record<string, unknown> {
  const template = owner['spec'].template ?? {};
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName,
      namespace: owner.metadata.namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerRef(owner)],
    },
    spec: template.spec ?? {},
  };
}

/** What a user may read of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

function isAlreadyExists(error: unknown): boolean {
  return error instanceof AlreadyExistsError || (error instanceof StatusError && error.reason === 'AlreadyExists');
}

/** Whoever creates in a namespace that is going away has nothing to mend. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof StatusError &&
    error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true
  );
}
