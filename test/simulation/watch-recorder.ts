/** A client that lists, watches and resumes for ever, and checks each event against the history: no gap, no duplicate, no step back. */
import type { KubeObject } from '../../schemas/meta/object.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import { ApiClient } from './api-client.js';
import type { Cluster } from './cluster.js';
import type { Committed } from './history.js';
import type { ReadCheck } from './read-check.js';
import type { SeededRandom } from './world/seeded-random.js';

export interface Watched {
  readonly type: string;
  /** `/api/v1/pods`, `/apis/apps/v1/namespaces/a/deployments`. */
  readonly path: string;
  readonly namespace?: string;
  readonly label?: readonly [string, string];
}

const LOG_KEPT_MS = 9 * 60_000;

export class WatchRecorder {
  events = 0;
  resumes = 0;
  readonly #client: ApiClient;
  readonly #random: SeededRandom;
  /** Everything up to here was seen. */
  #revision = 0;
  #resourceVersion = '';
  #isEnded = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly watched: Watched,
    private readonly reads: ReadCheck,
  ) {
    this.#client = new ApiClient(cluster, `watch ${watched.path}`);
    this.#random = cluster.world.random(`watch ${watched.type} ${watched.path}`);
  }

  /** What was committed and should have been seen, but wasn't. */
  get missing(): number {
    return this.#after(this.#revision).length;
  }

  get where(): string {
    return `${this.watched.path} at ${this.#revision}`;
  }

  stop(): void {
    this.#isEnded = true;
  }

  async run(): Promise<void> {
    while (!this.#isEnded) {
      if (this.#resourceVersion === '' && !(await this.#list())) {
        await this.#client.sleep(200);
        continue;
      }
      await this.#watch();
      this.resumes++;
      await this.#client.sleep(this.#random.next() * 100);
    }
  }

  async #list(): Promise<boolean> {
    const { type, path, namespace, label } = this.watched;
    const floor = this.reads.floor(type);
    const answer = await this.#client.request('GET', label ? `${path}?labelSelector=${label[0]}%3D${label[1]}` : path);
    if (answer.kind !== 'answered') return false;
    if (answer.code !== 200) {
      if (answer.code < 500) this.#broken('lists are answered', `${path}: ${JSON.stringify(answer.body)}`);
      return false;
    }
    if (!label) this.reads.listed(type, namespace, answer.body, floor);
    this.#seen(answer.body.metadata.resourceVersion);
    return true;
  }

  #watch(): Promise<void> {
    const { path, label } = this.watched;
    const selector = label ? `&labelSelector=${label[0]}%3D${label[1]}` : '';
    const target = `${path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${this.#random.pick([1, 3, 240])}&resourceVersion=${this.#resourceVersion}${selector}`;
    return new Promise((resolve) => {
      void this.#client.watch(target, {
        onEvent: (event) => this.#onEvent(event),
        onEnd: (why) => {
          if (why.kind === 'answered' && why.code < 500) this.#expired(why.body);
          resolve();
        },
      });
    });
  }

  #onEvent({ type, object }: { type: string; object: KubeObject }): void {
    if (this.#isEnded) return;
    this.events++;
    if (type === 'ERROR') return this.#expired(object);
    const { resourceVersion, name } = object.metadata;
    const revision = decodeResourceVersion(resourceVersion)?.revision ?? -1;
    if (revision < this.#revision || (type !== 'BOOKMARK' && revision === this.#revision)) {
      return this.#broken('a watch never steps back', `${this.where}: ${type} ${name} ${resourceVersion}`);
    }
    const skipped = this.#after(this.#revision)
      .filter((committed) => committed.revision < revision || type === 'BOOKMARK')
      .filter((committed) => committed.revision <= revision);
    if (skipped.length > 0)
      return this.#broken(
        'a watch has no gap',
        `${this.where}: ${type} ${name} ${resourceVersion} skips ${skipped.map((committed) => committed.resourceVersion).join(', ')}`,
      );
    if (type !== 'BOOKMARK') this.#compare(type, object, revision);
    this.#seen(resourceVersion);
  }

  #compare(type: string, object: KubeObject, revision: number): void {
    const committed = this.cluster.auditor.history.at(this.watched.type, revision);
    const expected = committed && this.#eventOf(committed);
    const isSame =
      committed?.resourceVersion === object.metadata.resourceVersion &&
      committed.object?.metadata.uid === object.metadata.uid;
    if (expected !== type || !isSame)
      this.#broken(
        'a watch shows what was committed',
        `${this.where}: ${type} ${object.metadata.name} ${object.metadata.resourceVersion}, not ${expected}`,
      );
  }

  /** 410 is right only where the log may have forgotten. */
  #expired(status: KubeObject): void {
    const next = this.cluster.auditor.history.at(this.watched.type, this.#revision + 1);
    const isOld = next !== undefined && this.cluster.world.elapsedMs - next.atMs > LOG_KEPT_MS;
    if ((status as { code?: number }).code !== 410 || !isOld)
      this.#broken('a watch is resumed', `${this.where}: ${JSON.stringify(status)}`);
    this.#resourceVersion = '';
  }

  #seen(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    this.#revision = decodeResourceVersion(resourceVersion)!.revision;
  }

  #broken(invariant: string, detail: string): void {
    this.cluster.world.broken(invariant, detail);
  }

  /** Commits after a revision that this watch is to be told of. */
  #after(revision: number): Committed[] {
    return this.cluster.auditor.history
      .commits(this.watched.type)
      .slice(revision)
      .filter((committed) => this.#eventOf(committed) !== undefined);
  }

  #eventOf({ log, object, before }: Committed): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    if (!object) return undefined;
    const was = before !== undefined && this.#matches(before.object!);
    const is = log.kind === 'put' && this.#matches(object);
    if (is) return was ? 'MODIFIED' : 'ADDED';
    return was ? 'DELETED' : undefined;
  }

  #matches({ metadata }: KubeObject): boolean {
    const { namespace, label } = this.watched;
    if (namespace !== undefined && metadata.namespace !== namespace) return false;
    return !label || metadata.labels?.[label[0]] === label[1];
  }
}
