/** The ready pods of a selector, kept current by a watch, and given out in turn. */
import { setTimeout as pause } from 'node:timers/promises';
import { jsonLines, type WatchEvent } from './k/json-lines.js';
import type { ApiObject, Session } from './k/session.js';

export interface ReadyPod {
  readonly name: string;
  readonly ip: string;
  readonly node: string;
}

const retryMs = 1_000;

export class ReadyPods {
  readonly #ready = new Map<string, ReadyPod>();
  #turn = 0;

  constructor(
    private readonly session: Session,
    private readonly labelSelector: string,
  ) {}

  get count(): number {
    return this.#ready.size;
  }

  /** Each ready pod once, beginning with the one whose turn it is. */
  inTurn(): ReadyPod[] {
    const all = [...this.#ready.values()];
    const start = this.#turn++ % Math.max(all.length, 1);
    return [...all.slice(start), ...all.slice(0, start)];
  }

  /** Reads and watches until the process ends; a lost watch begins again. */
  async follow(): Promise<never> {
    for (;;) {
      await this.#once().catch(() => {});
      await pause(retryMs);
    }
  }

  async #once(): Promise<void> {
    const { client, types, at } = this.session;
    const where = at(types.named('pods'));
    const query = { labelSelector: this.labelSelector };
    const list = await client.get<{ metadata: { resourceVersion: string }; items: ApiObject[] }>(where, query);
    this.#ready.clear();
    for (const pod of list.items) this.#see(pod);
    const stream = await client.open('GET', where, {
      query: { ...query, watch: '1', resourceVersion: list.metadata.resourceVersion },
    });
    for await (const { type, object } of jsonLines<WatchEvent<ApiObject>>(stream)) {
      if (type === 'ERROR') return;
      if (type === 'DELETED') this.#ready.delete(object.metadata.name);
      else if (type !== 'BOOKMARK') this.#see(object);
    }
  }

  #see({ metadata, spec, status }: ApiObject): void {
    const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
    const isReady =
      !metadata.deletionTimestamp &&
      status?.podIP &&
      conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
    if (isReady) this.#ready.set(metadata.name, { name: metadata.name, ip: status.podIP, node: spec.nodeName });
    else this.#ready.delete(metadata.name);
  }
}
