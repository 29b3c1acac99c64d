/** The gateway without sockets: who asks, for what, may they, and then the verb. Stateless but for caches; as many as you like. */
import type { ResourceClient } from '../runtime/admission/resource-client.js';
import { ForbiddenError, StatusError, UnauthorizedError } from '../schemas/errors.js';
import type { Duplex } from 'node:stream';
import type { AccessAttributes } from './access/authorizer.js';
import type { Authenticator } from './access/authenticator.js';
import type { User } from './access/user.js';
import type { ApiRequest, ApiResponse } from './api-request.js';
import type { Discovery } from './discovery/discovery.js';
import type { RequestMetrics } from './discovery/request-metrics.js';
import { MethodNotAllowedError, NotImplementedError, UnknownPathError } from './http-errors.js';
import type { UpgradeSubresource } from './pod-ports.js';
import { Query, splitTarget } from './query.js';
import type { GatewayParts, ResourceCall } from './resource-call.js';
import { parseResourcePath, type ResourcePath } from './resource-path.js';
import { errorResponse } from './respond.js';
import { podStreamCall } from './verbs/pod-streams.js';
import { type Action, actionOf } from './verbs/verb-of.js';

const UPGRADES: readonly string[] = ['exec', 'attach', 'portforward', 'log'] satisfies UpgradeSubresource[];

/** A request whose resource, verb and user are settled. */
interface Routed {
  readonly call: ResourceCall;
  readonly action: Action;
}

export class ApiServer {
  readonly #clients = new WeakMap<User, ResourceClient>();

  constructor(
    readonly parts: GatewayParts,
    private readonly authenticator: Authenticator,
    private readonly discovery: Discovery,
    private readonly metrics: RequestMetrics,
  ) {}

  /** Never rejects: errors are answers. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    const startedMs = this.parts.clock.monotonic();
    let label = request.method;
    let type = '';
    try {
      const { path, query } = splitTarget(request.target);
      const resource = parseResourcePath(path);
      if (!resource) return await this.#handleOther(request, path, query);
      const routed = await this.#route(request, resource, query);
      label = routed.action.name;
      type = routed.call.definition.type;
      const response = await routed.action.run(routed.call);
      this.#observe(label, type, response.status, startedMs);
      return response;
    } catch (error) {
      const response = errorResponse(this.#noted(error, request));
      this.#observe(label, type, response.status, startedMs);
      return response;
    }
  }

  /** Hands an Upgrade request's socket over. Throws the StatusError to answer with while nothing has been written to the socket. */
  async upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array): Promise<void> {
    const { path, query } = splitTarget(request.target);
    const resource = parseResourcePath(path);
    if (!resource) throw new UnknownPathError();
    const { call } = await this.#route(request, resource, query);
    const { podStreams } = this.parts;
    const subresource = resource.subresource ?? '';
    if (call.definition.type !== 'pods' || !UPGRADES.includes(subresource)) throw new MethodNotAllowedError();
    if (!podStreams) throw new NotImplementedError(`${subresource} is not supported by this server`);
    await podStreams.upgrade(subresource as UpgradeSubresource, await podStreamCall(call), socket, head);
  }

  #observe(verb: string, type: string, code: number, startedMs: number): void {
    this.metrics.observe(verb, type, code, this.parts.clock.monotonic() - startedMs);
  }

  #noted(error: unknown, request: ApiRequest): unknown {
    if (!(error instanceof StatusError)) {
      this.parts.logger.error(
        { error, method: request.method, target: request.target },
        'a request failed unexpectedly',
      );
    }
    return error;
  }

  async #handleOther(request: ApiRequest, path: string, query: string): Promise<ApiResponse> {
    const open = await this.discovery.openPath(request, path, new Query(query));
    if (open) return open;
    const user = await this.#userOf(request);
    const verb = request.method.toLowerCase();
    await this.#authorize({
      user,
      verb,
      group: '',
      version: '',
      resource: '',
      subresource: undefined,
      namespace: undefined,
      name: undefined,
      path,
    });
    const response = await this.discovery.path(request, path, new Query(query));
    if (!response) throw new UnknownPathError();
    return response;
  }

  async #route(request: ApiRequest, path: ResourcePath, queryText: string): Promise<Routed> {
    const user = this.authenticator.known(request) ?? (await this.#userOf(request));
    const definition = this.parts.catalog.byResource(path.group, path.version, path.resource);
    if (!definition) throw new UnknownPathError();
    const query = new Query(queryText);
    const action = actionOf(definition, request.method, path, query);
    const { group, version, resource, subresource, namespace, name } = path;
    await this.#authorize({ user, verb: action.name, group, version, resource, subresource, namespace, name });
    const call = { parts: this.parts, request, path, definition, query, user, client: this.#clientOf(user) };
    return { call, action };
  }

  async #userOf(request: ApiRequest): Promise<User> {
    const user = await this.authenticator.authenticate(request);
    if (!user) throw new UnauthorizedError();
    return user;
  }

  #authorize(attributes: AccessAttributes): void | Promise<void> {
    const decision = this.parts.authorizer.authorize(attributes);
    if (decision instanceof Promise)
      return decision.then((late) => refuseUnless(late.allowed, late.reason, attributes));
    refuseUnless(decision.allowed, decision.reason, attributes);
  }

  #clientOf(user: User): ResourceClient {
    let client = this.#clients.get(user);
    if (!client) {
      client = this.parts.client.as({ username: user.name, groups: user.groups, class: 'user' });
      this.#clients.set(user, client);
    }
    return client;
  }
}

function refuseUnless(allowed: boolean, reason: string, attributes: AccessAttributes): void {
  if (allowed) return;
  const { user, verb, group, resource, namespace, name, path } = attributes;
  if (path !== undefined) {
    throw new StatusError(
      403,
      'Forbidden',
      `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}`,
      {},
    );
  }
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const what = `resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}`;
  const why = `User ${JSON.stringify(user.name)} cannot ${verb} ${what}${reason ? `: ${reason}` : ''}`;
  throw new ForbiddenError({ group, resource, name: name ?? '' }, why);
}
