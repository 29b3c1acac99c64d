/**
 * One node's link to the control plane: hands the agent its pods and exactly the config that these mention, and commits what the agent reports.
 * Who speaks is taken from the subject: an agent reaches nothing that isn't bound to its node. Address: `node-link/<node>`.
 */
import type { Actor, ActorContext } from '../../runtime/actor/actor.js';
import type { Subscription } from '../../bus/bus.js';
import { nodeDownSubject, nodeUpSubject } from '../../bus/subjects.js';
import type { ChangeEvent } from '../../runtime/views/change.js';
import type { ResourceCaches } from '../../runtime/views/resource-cache.js';
import {
  BadRequestError,
  ForbiddenError,
  InternalError,
  NotFoundError,
  ServiceUnavailableError,
  StatusError,
} from '../../schemas/errors.js';
import { mentionedConfig } from '../../schemas/kinds/pod-mentions.js';
import type {
  DesiredPods,
  NodeDownProtocol,
  NodeEvent,
  NodeLinkProtocol,
  PodReport,
  ReportOutcome,
} from '../../schemas/messages/node-link.js';
import { type ConfigMap, keyOf, type Node, type Pod, type Secret } from '../../schemas/meta/object.js';
import type { ConfigKind, ConfigWatch } from './config-watch.js';
import type { Heartbeats } from './heartbeats.js';
import { leaseRenewMs, renewLease } from './node-lease.js';
import { isDoubted, mergedNode, mergedNodeStatus } from './node-merge.js';
import { agentsConcern, mergedStatus } from './pod-status-merge.js';
import type { PodsByNode } from './pods-by-node.js';
import type { TokenIssuer } from './token-issuer.js';

export interface NodeLinkParts {
  readonly caches: ResourceCaches;
  readonly pods: PodsByNode;
  readonly configs: ConfigWatch;
  readonly heartbeats: Heartbeats;
  readonly tokens?: TokenIssuer;
}

interface Told {
  readonly uid: string;
  /** What the agent was last told of the pod. */
  readonly concern: string;
  readonly mentions: ReadonlySet<string>;
}

type Message<M extends keyof NodeLinkProtocol> = Parameters<NodeLinkProtocol[M]>[0];

const METHODS: ReadonlySet<string> = new Set([
  'register',
  'heartbeat',
  'report',
  'podGone',
  'events',
  'getConfigMap',
  'getSecret',
  'serviceAccountToken',
]);

export class NodeLinkActor implements Actor, NodeLinkProtocol {
  readonly #node: string;
  /** By pod key. */
  readonly #told = new Map<string, Told>();
  /** `ConfigMap/ns/name` → how many pods mention it. */
  readonly #mentions = new Map<string, number>();
  #subscription: Subscription | undefined;
  /** The revision that the agent was last told; undefined: it was told nothing by this instance. */
  #sent: { generation: number; revision: number } | undefined;
  #status: Node['status'] | undefined;
  #seenRevision = -1;
  #leaseMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(
    private readonly self: ActorContext,
    private readonly parts: NodeLinkParts,
  ) {
    this.#node = self.name;
  }

  async start(): Promise<void> {
    await this.parts.pods.cache();
    this.parts.pods.listen(this.#node, this.#onChanges);
    this.#subscription = this.self.bus.serve(nodeUpSubject(this.#node), async (ask) => {
      if (!METHODS.has(ask.method)) throw new BadRequestError(`an agent may not ask ${ask.method}`);
      const handler = this[ask.method as keyof NodeLinkProtocol] as (message: unknown) => Promise<unknown>;
      return handler.call(this, ask.message);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.end();
    this.parts.pods.unlisten(this.#node, this.#onChanges);
    for (const key of this.#mentions.keys()) this.parts.configs.remove(key, this.#onConfig);
  }

  async wake(): Promise<void> {}

  async register({ node }: Message<'register'>): Promise<{ desired: DesiredPods }> {
    if (node.metadata.name !== this.#node)
      throw new ForbiddenError(this.#about('nodes', node.metadata.name), 'an agent may register only its own node');
    this.parts.heartbeats.seen(this.#node);
    const stored = await this.#keepNode(node);
    await this.#commitStatus(stored, node.status);
    await this.#renew(stored);
    const cache = await this.parts.pods.cache();
    await cache.fresh();
    return { desired: this.#desired(cache) };
  }

  async heartbeat({
    desiredRevision,
    status,
  }: Message<'heartbeat'>): Promise<{ resend: boolean; wantStatus?: boolean }> {
    this.parts.heartbeats.seen(this.#node);
    const leaseDue = this.self.clock.monotonic() - this.#leaseMs >= leaseRenewMs;
    const node = await this.#cachedNode(status !== undefined || leaseDue);
    const doubted = node !== undefined && isDoubted(node);
    if (status && node) await this.#commitStatus(node, status);
    else if (doubted && this.#status) await this.#commitStatus(node, this.#status);
    if (node && leaseDue) await this.#renew(node);
    const resend = this.#sent === undefined || this.#sent.revision !== desiredRevision;
    if (resend) await this.#resend();
    return { resend, ...(doubted && !status && !this.#status ? { wantStatus: true } : {}) };
  }

  async report({ reports }: Message<'report'>): Promise<{ outcomes: ReportOutcome[] }> {
    this.parts.heartbeats.seen(this.#node);
    return { outcomes: await Promise.all(reports.map((report) => this.#commit(report))) };
  }

  async podGone({ namespace, name, uid }: Message<'podGone'>): Promise<void> {
    const key = keyOf(namespace, name);
    const entry = (await this.parts.pods.cache()).get(key);
    if (entry && entry.uid === uid) this.#checkBound(entry.fields?.['spec.nodeName'], name);
    try {
      await this.self.client.delete('pods', key, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      // Gone already, or another pod of that name by now.
      if (!(error instanceof StatusError) || (error.code !== 404 && error.code !== 409)) throw error;
    }
  }

  async events({ events }: Message<'events'>): Promise<void> {
    for (const event of events) this.#record(event);
  }

  async getConfigMap({ namespace, name }: Message<'getConfigMap'>): Promise<ConfigMap | undefined> {
    this.#checkMentioned('ConfigMap', namespace, name);
    return (await this.self.client.read('configmaps', keyOf(namespace, name)))?.object as ConfigMap | undefined;
  }

  async getSecret({ namespace, name }: Message<'getSecret'>): Promise<Secret | undefined> {
    this.#checkMentioned('Secret', namespace, name);
    return (await this.self.client.read('secrets', keyOf(namespace, name)))?.object as Secret | undefined;
  }

  async serviceAccountToken(message: Message<'serviceAccountToken'>): Promise<{ token: string; expiresAtMs: number }> {
    const entry = (await this.parts.pods.cache()).get(keyOf(message.namespace, message.pod.name));
    const pod = entry?.object as Pod | undefined;
    if (!pod || pod.metadata.uid !== message.pod.uid) throw new NotFoundError(this.#about('pods', message.pod.name));
    this.#checkBound(pod.spec.nodeName, message.pod.name);
    if ((pod.spec.serviceAccountName || 'default') !== message.serviceAccount) {
      throw new ForbiddenError(
        this.#about('serviceaccounts', message.serviceAccount),
        'the pod runs as another service account',
      );
    }
    if (!this.parts.tokens) throw new ServiceUnavailableError('nobody issues service account tokens here');
    return this.parts.tokens.issue(message);
  }

  // The Node object.

  async #keepNode(registered: Node): Promise<Node> {
    const existing = (await this.self.client.read('nodes', this.#node))?.object as Node | undefined;
    if (!existing) return this.#createNode(registered);
    const written = await this.self.client.update<Node>('nodes', this.#node, existing.metadata.uid, (node) =>
      mergedNode(node, registered),
    );
    return (written?.stored.object as Node | undefined) ?? existing;
  }

  async #createNode({ metadata, spec, status }: Node): Promise<Node> {
    const { name, labels, annotations } = metadata;
    const draft = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, ...(annotations ? { annotations } : {}) },
      spec,
      status,
    };
    try {
      const { stored } = await this.self.client.create('nodes', draft);
      return stored.object as Node;
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
      const existing = await this.self.client.read('nodes', this.#node);
      if (!existing) throw error;
      return existing.object as Node;
    }
  }

  async #commitStatus(node: Node, status: Node['status']): Promise<void> {
    this.#status = status;
    await this.self.client.updateStatus<Node>('nodes', this.#node, node.metadata.uid, (now) =>
      mergedNodeStatus(now, status),
    );
  }

  /** The node as it is; undefined where it is gone, or nothing has changed since the last look: most heartbeats parse nothing. */
  async #cachedNode(anyway: boolean): Promise<Node | undefined> {
    const entry = (await this.parts.caches.of('nodes')).get(this.#node);
    if (!entry || (!anyway && entry.revision === this.#seenRevision)) return undefined;
    this.#seenRevision = entry.revision;
    return entry.object as Node;
  }

  /** Never fails: a heartbeat must not fail because of it. */
  async #renew(node: Node): Promise<void> {
    try {
      await renewLease(this.self.client, this.self.clock, node);
      this.#leaseMs = this.self.clock.monotonic();
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }

  // Pods, downwards.

  #desired(cache: { storeGeneration: number; revision: number } & Parameters<PodsByNode['entries']>[0]): DesiredPods {
    const pods = this.parts.pods.entries(cache, this.#node).map((entry) => entry.object as Pod);
    const keys = new Set(pods.map((pod) => keyOf(pod.metadata.namespace, pod.metadata.name)));
    for (const key of this.#told.keys()) if (!keys.has(key)) this.#forget(key);
    for (const pod of pods) this.#remember(pod);
    this.#sent = { generation: cache.storeGeneration, revision: cache.revision };
    return { storeGeneration: cache.storeGeneration, revision: cache.revision, pods, token: this.self.token };
  }

  async #resend(): Promise<void> {
    const cache = await this.parts.pods.cache();
    this.#tell({ desired: this.#desired(cache) });
  }

  #tell(message: { [M in keyof NodeDownProtocol]?: Parameters<NodeDownProtocol[M]>[0] }): void {
    this.self.bus.publish(nodeDownSubject(this.#node), message);
  }

  readonly #onChanges = (changes: readonly ChangeEvent[]): void => {
    if (!this.#sent || this.#stopped) return; // The agent gets everything with its next register or heartbeat.
    const latest = changes.at(-1)!;
    if (latest.storeGeneration !== this.#sent.generation) return void this.#resend();
    const pods = new Map<string, Pod>();
    const removed = new Map<string, { namespace: string; name: string; uid: string }>();
    for (const { kind, key, entry } of changes) {
      if (!entry) continue;
      if (kind === 'deleted') {
        removed.set(entry.uid, { namespace: entry.namespace ?? '', name: entry.name, uid: entry.uid });
        pods.delete(key);
        this.#forget(key);
      } else if (this.#remember(entry.object as Pod)) pods.set(key, entry.object as Pod);
    }
    if (pods.size === 0 && removed.size === 0) return;
    const { storeGeneration, revision } = latest;
    const after = this.#sent.revision;
    this.#sent = { generation: storeGeneration, revision };
    const { token } = this.self;
    this.#tell({
      changed: { storeGeneration, after, revision, pods: [...pods.values()], removed: [...removed.values()], token },
    });
  };

  /** True where the agent has to be told. */
  #remember(pod: Pod): boolean {
    const key = keyOf(pod.metadata.namespace, pod.metadata.name);
    const concern = agentsConcern(pod);
    const known = this.#told.get(key);
    if (known?.concern === concern) return false;
    const mentions = mentionedConfig(pod);
    for (const mention of mentions) this.#count(mention, 1);
    if (known) for (const mention of known.mentions) this.#count(mention, -1);
    this.#told.set(key, { uid: pod.metadata.uid, concern, mentions });
    return true;
  }

  #forget(key: string): void {
    const known = this.#told.get(key);
    if (!known) return;
    this.#told.delete(key);
    for (const mention of known.mentions) this.#count(mention, -1);
  }

  #count(mention: string, by: 1 | -1): void {
    const count = (this.#mentions.get(mention) ?? 0) + by;
    if (count <= 0) {
      this.#mentions.delete(mention);
      this.parts.configs.remove(mention, this.#onConfig);
      return;
    }
    if (!this.#mentions.has(mention)) this.parts.configs.add(mention, this.#onConfig);
    this.#mentions.set(mention, count);
  }

  readonly #onConfig = (kind: ConfigKind, namespace: string, name: string): void => {
    if (!this.#stopped) this.#tell({ configChanged: { kind, namespace, name } });
  };

  // Pods, upwards.

  async #commit({ namespace, name, uid, status }: PodReport): Promise<ReportOutcome> {
    try {
      await this.self.client.updateStatus<Pod>('pods', keyOf(namespace, name), uid, (pod) => {
        this.#checkBound(pod.spec.nodeName, name);
        return mergedStatus(pod, status);
      });
      return { kind: 'ok' };
    } catch (error) {
      if (error instanceof NotFoundError || (error instanceof StatusError && error.code === 404))
        return { kind: 'gone' };
      const known = error instanceof StatusError ? error : new InternalError((error as Error).message);
      const { code, reason, message, details } = known;
      return { kind: 'refused', code, reason, message, ...(details ? { details } : {}) };
    }
  }

  #record({ namespace, involved, type, reason, message }: NodeEvent): void {
    const { kind, name, uid, fieldPath } = involved;
    if (kind === 'Node' && name !== this.#node) return;
    this.self.events.record({
      involved: {
        apiVersion: 'v1',
        kind,
        ...(namespace ? { namespace } : {}),
        name,
        uid,
        ...(fieldPath ? { fieldPath } : {}),
      },
      type,
      reason,
      message,
      component: 'kubelet',
      host: this.#node,
    });
  }

  #checkBound(nodeName: string | undefined, pod: string): void {
    if (nodeName !== this.#node)
      throw new ForbiddenError(this.#about('pods', pod), `it is not bound to node ${JSON.stringify(this.#node)}`);
  }

  #checkMentioned(kind: ConfigKind, namespace: string, name: string): void {
    if (this.#mentions.has(`${kind}/${namespace}/${name}`)) return;
    const about = this.#about(kind === 'Secret' ? 'secrets' : 'configmaps', name);
    throw new ForbiddenError(about, `no relationship found between node ${JSON.stringify(this.#node)} and this object`);
  }

  #about(resource: string, name: string): { group: string; resource: string; name: string } {
    return { group: '', resource, name };
  }
}
