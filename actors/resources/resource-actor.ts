/** The actor of one API object, for all kinds: `<type>/<key>`. It asks nobody: it decides purely, commits, and answers. */
import {
  AlreadyExistsError,
  type About,
  ForbiddenError,
  InternalError,
  NotFoundError,
  StatusError,
} from '../../schemas/errors.js';
import type {
  Bind,
  Create,
  Delete,
  Evict,
  Guard,
  Patch,
  Replace,
  ResourceProtocol,
  Written,
} from '../../schemas/messages/resource.js';
import { StoredObject } from '../../schemas/meta/stored-object.js';
import type { ResourceBehaviour, ResourceContext } from '../../runtime/host/resource-host.js';
import type { Clock } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import { newObject } from './creation.js';
import { deletionOf } from './deletion.js';
import { boundPod, evictedPod } from './pod.js';
import { checkDeletePreconditions, checkPreconditions } from './preconditions.js';
import { encodeCanonical } from '../../schemas/meta/canonical.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';
import { isOver, replacedObject, patchedObject, type Change } from './update.js';

function aboutOf({ definition, key }: ResourceContext): About {
  return { group: definition.group, resource: definition.plural, name: key.slice(key.indexOf('/') + 1) };
}

export class ResourceActor implements ResourceBehaviour {
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  handle(method: string, message: unknown, context: ResourceContext): Promise<unknown> {
    switch (method as keyof ResourceProtocol) {
      case 'create':
        return this.#create(message as Create, context);
      case 'replace':
        return this.#replace(message as Replace, context);
      case 'patch':
        return this.#patch(message as Patch, context);
      case 'delete':
        return this.#delete(message as Delete, context);
      case 'bind':
        return this.#bind(message as Bind, context);
      case 'evict':
        return this.#evict(message as Evict, context);
      case 'read':
        return this.#read(context);
      default:
        return Promise.reject(new InternalError(`resource actors have no method ${method}`));
    }
  }

  guardError(guard: Guard, context: ResourceContext): StatusError {
    if (guard.name.startsWith('closed/')) {
      const namespace = context.key.slice(0, context.key.indexOf('/'));
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      return new ForbiddenError(aboutOf(context), why, [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ]);
    }
    return new StatusError(
      409,
      'Conflict',
      `the right to bind has moved on: ${guard.name} is no longer ${guard.value ?? 'absent'}`,
    );
  }

  async #create(message: Create, context: ResourceContext): Promise<Written> {
    const { current, definition } = context;
    // Judged before the name is looked up, as Kubernetes does: an invalid object that exists is Invalid.
    const { object, warnings } = newObject(message.object, definition, this.#rules());
    if (current) {
      await context.check();
      throw new AlreadyExistsError(aboutOf(context));
    }
    if (message.dryRun) return dryRun(object, warnings);
    const guards = message.namespaceUid ? [{ name: `closed/${message.namespaceUid}`, value: null }] : undefined;
    return written('created', await context.put(object, guards), warnings);
  }

  async #replace(message: Replace, context: ResourceContext): Promise<Written> {
    const { current, definition } = context;
    if (!current && message.createUid) {
      const object = { ...message.object, metadata: { ...message.object.metadata, uid: message.createUid } };
      return this.#create({ object, dryRun: message.dryRun, namespaceUid: message.namespaceUid }, context);
    }
    const existing = await this.#existing(context);
    await this.#require(message.preconditions, context);
    return this.#change(replacedObject(message, existing.object, definition), existing, message.dryRun, context);
  }

  async #patch(message: Patch, context: ResourceContext): Promise<Written> {
    const existing = await this.#existing(context);
    await this.#require(message.preconditions, context);
    return this.#change(
      patchedObject(message, existing.object, context.definition, aboutOf(context)),
      existing,
      message.dryRun,
      context,
    );
  }

  async #delete(message: Delete, context: ResourceContext): Promise<Written> {
    const existing = await this.#existing(context);
    await this.#require(message.preconditions, context, checkDeletePreconditions);
    const deletion = deletionOf(existing.object, message, context.definition, this.clock.now());
    switch (deletion.kind) {
      case 'now':
        if (message.dryRun) return { result: 'dry-run', stored: storedOf(existing), warnings: [] };
        return written('deleted', await context.remove(existing.object), []);
      case 'pending':
        await context.check();
        return { result: 'terminating', stored: storedOf(existing), warnings: [] };
      case 'later':
        if (message.dryRun) return dryRun(deletion.object, []);
        return written('terminating', await context.put(deletion.object), []);
    }
  }

  async #bind(message: Bind, context: ResourceContext): Promise<Written> {
    const existing = await this.#existing(context);
    const next = boundPod(existing.object, message, aboutOf(context), this.clock.now());
    if (next === existing.object) {
      await context.check();
      return { result: 'unchanged', stored: storedOf(existing), warnings: [] };
    }
    return written('updated', await context.put(next, message.guards), []);
  }

  async #evict(message: Evict, context: ResourceContext): Promise<Written> {
    const existing = await this.#existing(context);
    await this.#require(message.preconditions, context, checkDeletePreconditions);
    const evicted = evictedPod(existing.object, message, this.clock.now());
    const deletion = deletionOf(
      evicted,
      { preconditions: {}, gracePeriodSeconds: message.gracePeriodSeconds },
      context.definition,
      this.clock.now(),
    );
    if (message.dryRun) return { result: 'dry-run', stored: storedOf(existing), warnings: [] };
    if (deletion.kind === 'now') return written('deleted', await context.remove(evicted), []);
    return written('terminating', await context.put(deletion.kind === 'later' ? deletion.object : evicted), []);
  }

  async #read(context: ResourceContext): Promise<StoredObject | undefined> {
    await context.check();
    return context.current && storedOf(context.current);
  }

  async #existing(context: ResourceContext): Promise<CacheEntry> {
    if (context.current) return context.current;
    await context.check();
    throw new NotFoundError(aboutOf(context));
  }

  async #require(
    preconditions: Replace['preconditions'],
    context: ResourceContext,
    check = checkPreconditions,
  ): Promise<void> {
    const conflict = check(preconditions, context.current!, aboutOf(context));
    if (!conflict) return;
    await context.check();
    throw conflict;
  }

  async #change(
    change: Change,
    existing: CacheEntry,
    isDryRun: boolean | undefined,
    context: ResourceContext,
  ): Promise<Written> {
    const { object, warnings } = change;
    if (object === existing.object) {
      await context.check();
      return { result: 'unchanged', stored: storedOf(existing), warnings };
    }
    if (isDryRun) return dryRun(object, warnings, existing.resourceVersion);
    if (isOver(object, context.definition)) return written('deleted', await context.remove(object), warnings);
    return written('updated', await context.put(object), warnings);
  }

  #rules() {
    return { nowMs: this.clock.now(), uuid: () => this.random.uuid() };
  }
}

function storedOf(entry: CacheEntry): StoredObject {
  return new StoredObject(entry.bytes, entry.resourceVersion, entry.object);
}

function written(result: Written['result'], entry: CacheEntry, warnings: readonly string[]): Written {
  return { result, stored: storedOf(entry), warnings };
}

/** What would have been stored. A create has no resourceVersion yet. */
function dryRun(object: KubeObject, warnings: readonly string[], resourceVersion = ''): Written {
  const shown = resourceVersion ? { ...object, metadata: { ...object.metadata, resourceVersion } } : object;
  const bytes = resourceVersion ? Buffer.from(JSON.stringify(shown)) : encodeCanonical(object);
  return { result: 'dry-run', stored: new StoredObject(bytes, resourceVersion, shown), warnings };
}
