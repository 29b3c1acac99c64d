/** Users: each does one random thing after the other, checks what it is answered, and remembers what it cannot know. */
import type { KubeObject, Pod } from '../../schemas/meta/object.js';
import { ApiClient, type Answer } from './api-client.js';
import type { Cluster } from './cluster.js';
import type { ReadCheck } from './read-check.js';
import type { SeededRandom } from './world/seeded-random.js';

/** Some more often than others, so that users meet. */
const NAMESPACES = ['default', 'default', 'team-a', 'team-a', 'team-b'] as const;
const CONFIG_NAMES = ['settings', 'settings', 'settings', 'flags'] as const;
const DEPLOYMENT_NAMES = ['web', 'api', 'worker'] as const;
const MERGE_PATCH = 'application/merge-patch+json';

type Action = () => Promise<void>;

export class Workload {
  readonly #random: SeededRandom;
  readonly #client: ApiClient;
  readonly #actions: readonly (readonly [weight: number, action: Action])[] = [
    [6, () => this.createConfigMap()],
    [12, () => this.updateConfigMap()],
    [2, () => this.deleteConfigMap()],
    [5, () => this.readConfigMap()],
    [8, () => this.createDeployment()],
    [9, () => this.scaleDeployment()],
    [5, () => this.rollDeployment()],
    [3, () => this.deleteDeployment()],
    [6, () => this.createPod()],
    [6, () => this.deletePod()],
    [3, () => this.createNamespace()],
    [1, () => this.deleteNamespace()],
    [3, () => this.cordon()],
    [2, () => this.taint()],
    [3, () => this.listSomething()],
  ];
  /** In some lives pods are so big that there is no room for all. */
  readonly #sizes: readonly number[];
  #serial = 0;
  /** Operations that were refused for certain: they must never be seen. */
  readonly refused: string[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly reads: ReadCheck,
    private readonly name: string,
  ) {
    this.#random = cluster.world.random(`user ${name}`);
    this.#client = new ApiClient(cluster, name);
    this.#sizes = cluster.world.random('sizes').chance(0.3) ? [500, 1_000, 1_900] : [50, 100, 300, 700];
  }

  /** Goes on until it is enough, but not for ever. */
  async run(actionsMin: number, actionsMax: number, isEnough: () => boolean): Promise<void> {
    for (let i = 0; i < actionsMin || (i < actionsMax && !isEnough()); i++) {
      await this.#client.sleep(this.#random.next() * this.#random.pick([20, 200, 800]));
      // Mostly there is somebody to talk to; trying anyway is worth a try, too.
      while (!this.cluster.serving && this.#random.chance(0.9)) await this.#client.sleep(300);
      const total = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
      let left = this.#random.next() * total;
      const [, action] = this.#actions.find(([weight]) => (left -= weight) < 0)!;
      await action();
    }
  }

  get #namespace(): string {
    return this.#random.pick(NAMESPACES);
  }

  /** A name for what this write is, unlike any other's. */
  #op(): string {
    return `${this.name}-${++this.#serial}`;
  }

  #wrote(type: string, answer: Answer, op?: string): KubeObject | undefined {
    if (answer.kind !== 'answered') {
      if (answer.kind === 'refused' && op) this.refused.push(op);
      return undefined;
    }
    if (answer.code === 200 || answer.code === 201) {
      const committed = this.reads.acknowledged(type, answer.body);
      if (op && committed && this.cluster.auditor.operation(op) !== committed) {
        this.cluster.world.broken(
          'nothing acknowledged is lost',
          `operation ${op} was acknowledged as ${committed.resourceVersion}, which is not its commit`,
        );
      }
      return answer.body;
    }
    const isKnown = answer.code < 500 || answer.code === 503;
    if (isKnown && op) this.refused.push(op);
    if (answer.code === 400 || answer.code === 422 || answer.code === 500)
      this.cluster.world.broken('good requests are not refused', `${type}: ${JSON.stringify(answer.body)}`);
    return undefined;
  }

  async #get(type: string, path: string, key: string): Promise<KubeObject | undefined> {
    const floor = this.reads.floor(type);
    const answer = await this.#client.request('GET', path);
    if (answer.kind !== 'answered') return undefined;
    if (answer.code === 200) this.reads.found(type, key, answer.body, floor);
    else if (answer.code === 404) this.reads.absent(type, key, floor);
    else if (answer.code < 500)
      this.cluster.world.broken('reads are answered', `${path}: ${JSON.stringify(answer.body)}`);
    return answer.code === 200 ? answer.body : undefined;
  }

  async createConfigMap(): Promise<void> {
    const [namespace, name, op] = [this.#namespace, this.#random.pick(CONFIG_NAMES), this.#op()];
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { tier: this.#random.pick(['a', 'b']) } },
      data: { op },
    };
    this.#wrote(
      'configmaps',
      await this.#client.request('POST', `/api/v1/namespaces/${namespace}/configmaps`, body),
      op,
    );
  }

  /** Conditional, unconditional, or a patch. */
  async updateConfigMap(): Promise<void> {
    const [namespace, name, op] = [this.#namespace, this.#random.pick(CONFIG_NAMES), this.#op()];
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const labels = { tier: this.#random.pick(['a', 'b']) };
    const style = this.#random.pick(['conditional', 'conditional', 'patch', 'unconditional']);
    if (style === 'patch') {
      this.#wrote(
        'configmaps',
        await this.#client.request('PATCH', path, { metadata: { labels }, data: { op } }, MERGE_PATCH),
        op,
      );
      return;
    }
    const read = await this.#get('configmaps', path, `${namespace}/${name}`);
    if (!read) return;
    if (this.#random.chance(0.6)) await this.#client.sleep(this.#random.next() * 500);
    const { resourceVersion, ...metadata } = read.metadata;
    const isConditional = style === 'conditional';
    const body = {
      ...read,
      metadata: { ...metadata, labels, ...(isConditional ? { resourceVersion } : {}) },
      data: { ...(read['data'] as object), op },
    };
    const written = this.#wrote('configmaps', await this.#client.request('PUT', path, body), op);
    const committed = this.cluster.auditor.operation(op);
    if (isConditional && written && committed?.before?.resourceVersion !== resourceVersion) {
      this.cluster.world.broken(
        'a conditional write follows what it saw',
        `${path}: ${op} saw ${resourceVersion} and follows ${committed?.before?.resourceVersion}`,
      );
    }
  }

  async deleteConfigMap(): Promise<void> {
    const [namespace, name] = [this.#namespace, this.#random.pick(CONFIG_NAMES)];
    await this.#client.request('DELETE', `/api/v1/namespaces/${namespace}/configmaps/${name}`);
  }

  async readConfigMap(): Promise<void> {
    const [namespace, name] = [this.#namespace, this.#random.pick(CONFIG_NAMES)];
    await this.#get('configmaps', `/api/v1/namespaces/${namespace}/configmaps/${name}`, `${namespace}/${name}`);
  }

  async createDeployment(): Promise<void> {
    const [namespace, name] = [this.#namespace, this.#random.pick(DEPLOYMENT_NAMES)];
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas: this.#random.between(0, 4),
        selector: { matchLabels: { app: name } },
        strategy: this.#random.chance(0.2) ? { type: 'Recreate' } : {},
        template: { metadata: { labels: { app: name } }, spec: this.#podSpec() },
      },
    };
    this.#wrote(
      'deployments.apps',
      await this.#client.request('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, body),
    );
  }

  #podSpec() {
    const requests = { cpu: `${this.#random.pick(this.#sizes)}m`, memory: `${this.#random.pick([64, 128, 512])}Mi` };
    const configMap = this.#random.chance(0.15)
      ? { volumes: [{ name: 'config', configMap: { name: 'kube-root-ca.crt' } }] }
      : {};
    return {
      containers: [{ name: 'main', image: 'demo:1', resources: { requests } }],
      terminationGracePeriodSeconds: this.#random.pick([0, 1, 5]),
      ...configMap,
    };
  }

  async scaleDeployment(path = this.#deployment(), replicas = this.#random.between(0, 5)): Promise<void> {
    const target = this.#random.chance(0.5) ? `${path}/scale` : path;
    const answer = await this.#client.request('PATCH', target, { spec: { replicas } }, MERGE_PATCH);
    if (target === path) this.#wrote('deployments.apps', answer);
  }

  async rollDeployment(): Promise<void> {
    const patch = { spec: { template: { metadata: { annotations: { rolled: this.#op() } } } } };
    this.#wrote('deployments.apps', await this.#client.request('PATCH', this.#deployment(), patch, MERGE_PATCH));
  }

  async deleteDeployment(): Promise<void> {
    const propagationPolicy = this.#random.pick(['Background', 'Background', 'Foreground', 'Orphan']);
    await this.#client.request('DELETE', this.#deployment(), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
    });
  }

  #deployment(): string {
    return `/apis/apps/v1/namespaces/${this.#namespace}/deployments/${this.#random.pick(DEPLOYMENT_NAMES)}`;
  }

  async createPod(): Promise<void> {
    const namespace = this.#namespace;
    const ends = this.#random.chance(0.4);
    const annotations = ends
      ? {
          'simulated.troupe.dev/exit-after': this.#random.pick(['100ms', '500ms', '2s']),
          'simulated.troupe.dev/exit-code': this.#random.pick(['0', '1']),
        }
      : {};
    const spec = { ...this.#podSpec(), restartPolicy: ends ? 'Never' : 'Always' };
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${this.#random.between(1, 5)}`, annotations, labels: { app: 'bare' } },
      spec,
    };
    this.#wrote('pods', await this.#client.request('POST', `/api/v1/namespaces/${namespace}/pods`, body));
  }

  /** A bare pod by its name, or any pod that there is. */
  async deletePod(): Promise<void> {
    const pods = [...this.cluster.auditor.history.current('pods').values()];
    if (pods.length === 0) return;
    const { metadata } = this.#random.pick(pods).object as Pod;
    const options = this.#random.chance(0.3)
      ? { gracePeriodSeconds: 0 }
      : this.#random.chance(0.3)
        ? { preconditions: { uid: metadata.uid } }
        : {};
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
    await this.#client.request('DELETE', `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`, body);
  }

  async createNamespace(name = this.#random.pick(['team-a', 'team-b'])): Promise<void> {
    this.#wrote(
      'namespaces',
      await this.#client.request('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      }),
    );
  }

  async deleteNamespace(): Promise<void> {
    await this.#client.request('DELETE', `/api/v1/namespaces/${this.#random.pick(['team-a', 'team-b'])}`);
  }

  async cordon(): Promise<void> {
    const node = this.#random.pick([...this.cluster.machines.keys()]);
    const unschedulable = this.#random.chance(0.4) ? true : null;
    this.#wrote(
      'nodes',
      await this.#client.request('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable } }, MERGE_PATCH),
    );
  }

  async taint(): Promise<void> {
    const node = this.#random.pick([...this.cluster.machines.keys()]);
    const taints = this.#random.chance(0.5)
      ? [{ key: 'sim', effect: this.#random.pick(['NoSchedule', 'NoExecute']) }]
      : null;
    this.#wrote(
      'nodes',
      await this.#client.request('PATCH', `/api/v1/nodes/${node}`, { spec: { taints } }, MERGE_PATCH),
    );
  }

  async listSomething(): Promise<void> {
    const [type, path] = this.#random.pick([
      ['pods', '/api/v1/pods'],
      ['configmaps', '/api/v1/configmaps'],
      ['deployments.apps', '/apis/apps/v1/deployments'],
      ['events', '/api/v1/events'],
    ] as const);
    const floor = this.reads.floor(type);
    const answer = await this.#client.request('GET', path);
    if (answer.kind === 'answered' && answer.code === 200) this.reads.listed(type, undefined, answer.body, floor);
  }

  /** Something goes that others may wait for. */
  async makeRoom(): Promise<void> {
    const deployments = [...this.cluster.auditor.history.current('deployments.apps').values()];
    if (deployments.length === 0) return;
    const { namespace, name } = this.#random.pick(deployments).object!.metadata;
    await this.scaleDeployment(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, 0);
  }

  /** At the end of the storm: nodes as they should be. True once done. */
  async repair(): Promise<boolean> {
    const nodes = Array.from(this.cluster.auditor.history.current('nodes').values());
    for (const { object } of nodes) {
      const { metadata, spec } = object as KubeObject;
      const path = `/api/v1/nodes/${metadata.name}`;
      if (!this.cluster.machines.has(metadata.name)) await this.#client.request('DELETE', path);
      else if (spec?.unschedulable || spec?.taints?.some(({ key }: { key: string }) => key === 'sim')) {
        await this.#client.request(
          'PATCH',
          path,
          {
            spec: {
              unschedulable: null,
              taints: spec.taints?.filter(({ key }: { key: string }) => key !== 'sim') ?? null,
            },
          },
          MERGE_PATCH,
        );
      }
    }
    return [...this.cluster.auditor.history.current('nodes').values()].every(({ object }) => {
      const { metadata, spec } = object as KubeObject;
      return (
        this.cluster.machines.has(metadata.name) &&
        !spec?.unschedulable &&
        !spec?.taints?.some(({ key }: { key: string }) => key === 'sim')
      );
    });
  }
}
