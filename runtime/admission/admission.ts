/** The chain that every originator of a write runs: gateway for users, controllers' client for controllers, node-link for agents. Rules are in schemas/. */
import { ForbiddenError, NotFoundError } from '../../schemas/errors.js';
import { PROTECTED_NAMESPACES } from '../../schemas/kinds/bootstrap-objects.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { admitPod } from '../../schemas/kinds/pod-admission.js';
import {
  type KubeObject,
  type ObjectKey,
  type Pod,
  type PriorityClass,
  type ServiceAccount,
  keyOf,
} from '../../schemas/meta/object.js';
import { nameSuffix, type Random } from '../process/random.js';
import type { CacheEntry, ResourceCaches } from '../views/resource-cache.js';
import type { Originator } from './resource-client.js';

const priorityClassType = 'priorityclasses.scheduling.k8s.io';

export class Admission {
  constructor(
    private readonly caches: ResourceCaches,
    private readonly random: Random,
  ) {}

  /** Completes the draft in place; answers the uid of its namespace, which the commit guards. Throws NotFoundError, ForbiddenError. */
  async admitCreate(
    definition: KindDefinition,
    draft: KubeObject,
    _originator: Originator,
  ): Promise<string | undefined> {
    const namespaceUid = await this.namespaceUid(definition, draft);
    if (definition.type === 'pods') await this.#admitPod(draft as Pod);
    return namespaceUid;
  }

  /** Throws ForbiddenError. */
  admitDelete(definition: KindDefinition, key: ObjectKey): void {
    if (definition.type !== 'namespaces' || !PROTECTED_NAMESPACES.includes(key)) return;
    throw new ForbiddenError({ group: '', resource: 'namespaces', name: key }, 'this namespace may not be deleted');
  }

  async namespaceUid(definition: KindDefinition, draft: KubeObject): Promise<string | undefined> {
    const { namespace } = draft.metadata;
    if (!definition.namespaced || !namespace) return undefined;
    const entry = await this.#find('namespaces', namespace);
    if (!entry) throw new NotFoundError({ group: '', resource: 'namespaces', name: namespace });
    if (entry.object.metadata.deletionTimestamp) throw terminating(definition, draft, namespace);
    return entry.uid;
  }

  async #admitPod(pod: Pod): Promise<void> {
    const { namespace } = pod.metadata;
    const priorityClasses = await this.caches.of(priorityClassType);
    const accountName = pod.spec.serviceAccountName || 'default';
    const account = await this.#find('serviceaccounts', keyOf(namespace, accountName));
    admitPod(pod, {
      priorityClasses: priorityClasses.list().map((entry) => entry.object as PriorityClass),
      serviceAccount: account?.object as ServiceAccount | undefined,
      suffix: nameSuffix(this.random),
    });
  }

  /** What the cache does not have may be there all the same: it is asked for once more when the cache is up to date. */
  async #find(type: string, key: ObjectKey): Promise<CacheEntry | undefined> {
    const cache = await this.caches.of(type);
    const entry = cache.get(key);
    if (entry) return entry;
    await cache.fresh();
    return cache.get(key);
  }
}

function terminating(definition: KindDefinition, draft: KubeObject, namespace: string): ForbiddenError {
  const about = { group: definition.group, resource: definition.plural, name: draft.metadata.name ?? '' };
  return new ForbiddenError(
    about,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}
