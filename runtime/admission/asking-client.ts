/** ResourceClient over the directory: admits, asks the object's actor, and notes the revisions that its writes made. */
import type { BusDirectory } from '../actor/bus-directory.js';
import { AlreadyExistsError, NotFoundError, StatusError } from '../../schemas/errors.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { ask as limits } from '../../schemas/limits.js';
import type {
  Bind,
  Create,
  Delete,
  Evict,
  Patch,
  Replace,
  ResourceProtocol,
  Written,
} from '../../schemas/messages/resource.js';
import { cloneJson } from '../../schemas/meta/clone.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import { type KubeObject, keyOf, type ObjectKey, splitKey } from '../../schemas/meta/object.js';
import type { StoredObject } from '../../schemas/meta/stored-object.js';
import { nameSuffix, type Random } from '../process/random.js';
import type { ResourceCaches } from '../views/resource-cache.js';
import type { Admission } from './admission.js';
import { type AskOptions, type Draft, type Originator, ResourceClient } from './resource-client.js';

/** Type → the highest revision that a client's writes made. */
export type RevisionsSeen = Map<string, number>;

export interface ClientParts {
  readonly directory: BusDirectory;
  readonly caches: ResourceCaches;
  readonly admission: Admission;
  readonly random: Random;
  readonly kindByType: (type: string) => KindDefinition | undefined;
  /** False where the bus loses nothing: then asks need no id. */
  readonly repeats: boolean;
}

const generatedNameLengthMax = 63;
const suffixLength = 5;

export class AskingClient extends ResourceClient {
  constructor(
    private readonly parts: ClientParts,
    private readonly originator: Originator,
    private readonly seen?: RevisionsSeen,
  ) {
    super();
  }

  as(originator: Originator, seen?: RevisionsSeen): AskingClient {
    return new AskingClient(this.parts, originator, seen);
  }

  async create(type: string, draft: Draft, options: AskOptions & Omit<Create, 'object'> = {}): Promise<Written> {
    const { admission, random } = this.parts;
    const definition = this.#kind(type);
    // Users' objects are fresh from the decoder; ours may share templates with stored objects, and the actor works in place.
    const object = (this.originator.class === 'system' ? cloneJson(draft) : draft) as KubeObject;
    object.metadata.uid ||= random.uuid();
    const namespaceUid = await admission.admitCreate(definition, object, this.originator);
    const message: Create = {
      object,
      namespaceUid,
      dryRun: options.dryRun,
      fieldValidation: options.fieldValidation,
      ownerUid: options.ownerUid,
    };
    if (object.metadata.name || !object.metadata.generateName)
      return this.#ask(type, keyOfDraft(object), 'create', message, options);
    return this.#createGenerated(type, message, options);
  }

  replace(
    type: string,
    object: KubeObject,
    options: AskOptions & Partial<Omit<Replace, 'object'>> = {},
  ): Promise<Written> {
    const { uid, resourceVersion } = object.metadata;
    const { askId: _, budgetMs: __, ...given } = options;
    const message: Replace = { object, target: '', preconditions: { uid, resourceVersion }, ...given };
    if (!options.createUid) return this.#ask(type, keyOfDraft(object), 'replace', message, options);
    return this.#replaceOrCreate(type, message, options);
  }

  patch(
    type: string,
    key: ObjectKey,
    patch: Omit<Patch, 'preconditions'> & Partial<Pick<Patch, 'preconditions'>>,
    options: AskOptions = {},
  ): Promise<Written> {
    return this.#ask(type, key, 'patch', { preconditions: {}, ...patch }, options);
  }

  async delete(
    type: string,
    key: ObjectKey,
    message: Partial<Delete> = {},
    options: AskOptions = {},
  ): Promise<Written> {
    this.parts.admission.admitDelete(this.#kind(type), key);
    return this.#ask(type, key, 'delete', { preconditions: {}, ...message }, options);
  }

  bind(key: ObjectKey, message: Bind, options: AskOptions = {}): Promise<Written> {
    return this.#ask('pods', key, 'bind', message, options);
  }

  evict(key: ObjectKey, message: Evict, options: AskOptions = {}): Promise<Written> {
    return this.#ask('pods', key, 'evict', message, options);
  }

  async read(type: string, key: ObjectKey, options: AskOptions = {}): Promise<StoredObject | undefined> {
    return (await this.parts.directory.ask({
      type,
      name: key,
      method: 'read',
      message: {},
      from: this.originator.class,
      ...this.#idOf(options),
    })) as StoredObject | undefined;
  }

  updateStatus<T extends KubeObject>(
    type: string,
    key: ObjectKey,
    uid: string,
    change: (object: T) => T['status'] | undefined,
  ): Promise<Written | undefined> {
    return this.#retried<T>(type, key, uid, 'status', (object) => {
      const status = change(object);
      return status === undefined ? undefined : { ...object, status };
    });
  }

  update<T extends KubeObject>(
    type: string,
    key: ObjectKey,
    uid: string,
    change: (object: T) => T | undefined,
  ): Promise<Written | undefined> {
    return this.#retried(type, key, uid, '', change);
  }

  /** Reads from the cache first: the resourceVersion in the message makes a stale read a conflict, after which the actor is asked. */
  async #retried<T extends KubeObject>(
    type: string,
    key: ObjectKey,
    uid: string,
    target: Replace['target'],
    change: (object: T) => T | undefined,
  ): Promise<Written | undefined> {
    let object = this.parts.caches.loaded(type)?.get(key)?.object ?? (await this.read(type, key))?.object;
    for (let tries = 1; ; tries++) {
      if (!object || object.metadata.uid !== uid) throw new NotFoundError(aboutKey(this.#kind(type), key));
      const next = change(object as T);
      if (next === undefined || next === object) return undefined;
      try {
        return await this.replace(type, next, { target });
      } catch (error) {
        if (!(error instanceof StatusError) || error.reason !== 'Conflict' || tries >= limits.conflictTriesMax)
          throw error;
        object = (await this.read(type, key))?.object;
      }
    }
  }

  async #createGenerated(type: string, message: Create, options: AskOptions): Promise<Written> {
    const base = message.object.metadata.generateName!.slice(0, generatedNameLengthMax - suffixLength);
    for (let tries = 1; ; tries++) {
      const object = {
        ...message.object,
        metadata: { ...message.object.metadata, name: base + nameSuffix(this.parts.random, suffixLength) },
      };
      try {
        return await this.#ask(type, keyOfDraft(object), 'create', { ...message, object }, options);
      } catch (error) {
        if (!(error instanceof AlreadyExistsError) || tries >= limits.nameTriesMax) throw error;
      }
    }
  }

  async #replaceOrCreate(type: string, message: Replace, options: AskOptions): Promise<Written> {
    const namespaceUid = await this.parts.admission.namespaceUid(this.#kind(type), message.object);
    return this.#ask(type, keyOfDraft(message.object), 'replace', { ...message, namespaceUid }, options);
  }

  async #ask<M extends Exclude<keyof ResourceProtocol, 'read'>>(
    type: string,
    key: ObjectKey,
    method: M,
    message: Parameters<ResourceProtocol[M]>[0],
    options: AskOptions,
  ): Promise<Written> {
    const written = (await this.parts.directory.ask({
      type,
      name: key,
      method,
      message,
      from: this.originator.class,
      ...this.#idOf(options),
    })) as Written;
    if (this.seen && written.result !== 'dry-run' && written.result !== 'unchanged') this.#note(type, written);
    return written;
  }

  #note(type: string, written: Written): void {
    const revision = decodeResourceVersion(written.stored.resourceVersion)?.revision ?? 0;
    if (revision > (this.seen!.get(type) ?? 0)) this.seen!.set(type, revision);
  }

  #idOf({ askId, budgetMs }: AskOptions): { id?: string; budgetMs?: number } {
    return { id: askId ?? (this.parts.repeats ? this.parts.random.uuid() : undefined), budgetMs };
  }

  #kind(type: string): KindDefinition {
    const definition = this.parts.kindByType(type);
    if (!definition) throw new Error(`no kind is stored as ${type}`);
    return definition;
  }
}

function keyOfDraft(object: Draft): ObjectKey {
  return keyOf(object.metadata.namespace, object.metadata.name ?? '');
}

function aboutKey(definition: KindDefinition, key: ObjectKey) {
  return { group: definition.group, resource: definition.plural, name: splitKey(key).name };
}
