/** One authorized request for a resource, as its verb gets it. */
import type { ResourceClient } from '../runtime/admission/resource-client.js';
import type { Clock } from '../runtime/process/clock.js';
import type { Logger } from '../runtime/process/logger.js';
import type { Random } from '../runtime/process/random.js';
import type { Turn } from '../runtime/process/turn.js';
import type { ResourceCache, ResourceCaches } from '../runtime/views/resource-cache.js';
import type { About } from '../schemas/errors.js';
import type { KindDefinition } from '../schemas/kinds/kind.js';
import { keyOf, type ObjectKey } from '../schemas/meta/object.js';
import type { Authorizer } from './access/authorizer.js';
import type { User } from './access/user.js';
import type { ApiRequest, ApiResponse } from './api-request.js';
import type { KindCatalog } from './kind-catalog.js';
import type { PodBinder, PodStreams } from './pod-ports.js';
import type { Query } from './query.js';
import type { ResourcePath } from './resource-path.js';
import type { TokenIssuer } from './verbs/token-request.js';
import type { WatchHubs } from './watch/watch-hubs.js';

/** What verbs work with. */
export interface GatewayParts {
  readonly catalog: KindCatalog;
  readonly caches: ResourceCaches;
  readonly client: ResourceClient;
  readonly authorizer: Authorizer;
  readonly watches: WatchHubs;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
  /** Logs, exec, attach, port-forward; 501 without. */
  readonly podStreams?: PodStreams | undefined;
  /** POST pods/binding; 501 without. */
  readonly podBinder?: PodBinder | undefined;
  /** POST serviceaccounts/token; 501 without. */
  readonly tokens?: TokenIssuer | undefined;
}

export interface ResourceCall {
  readonly parts: GatewayParts;
  readonly request: ApiRequest;
  readonly path: ResourcePath;
  readonly definition: KindDefinition;
  readonly query: Query;
  readonly user: User;
  /** Writes as this user. */
  readonly client: ResourceClient;
}

export type Verb = (call: ResourceCall) => Promise<ApiResponse>;

export function cacheOf({ parts, definition }: ResourceCall): ResourceCache | Promise<ResourceCache> {
  return parts.caches.loaded(definition.type) ?? parts.caches.of(definition.type);
}

/** The key of the object that the path names. */
export function keyOfCall({ path }: ResourceCall): ObjectKey {
  return keyOf(path.namespace, path.name ?? '');
}

export function aboutCall({ definition, path }: ResourceCall): About {
  return { group: definition.group, resource: definition.plural, name: path.name ?? '' };
}
