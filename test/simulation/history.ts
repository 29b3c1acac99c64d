/** What became durable, per type in revision order: the truth that everything else is compared with. */
import type { LogEntry } from '../../runtime/snapshots/snapshot-store.js';
import type { KubeObject } from '../../schemas/meta/object.js';
import { encodeResourceVersion } from '../../schemas/meta/resource-version.js';

export class Committed {
  #object: KubeObject | undefined;

  constructor(
    readonly type: string,
    readonly log: LogEntry,
    readonly atMs: number,
    /** The key's commit before this one, unless that was its end. */
    readonly before: Committed | undefined,
  ) {}

  get revision(): number {
    return this.log.revision;
  }

  get resourceVersion(): string {
    return encodeResourceVersion(this.log);
  }

  /** With its resourceVersion, as clients see it; for a delete the last state. Undefined for markers. */
  get object(): KubeObject | undefined {
    if (!this.log.bytes) return undefined;
    this.#object ??= this.#parsed(Buffer.from(this.log.bytes).toString());
    return this.#object;
  }

  #parsed(text: string): KubeObject {
    const object = JSON.parse(text) as KubeObject;
    object.metadata.resourceVersion = this.resourceVersion;
    return object;
  }
}

class TypeHistory {
  readonly commits: Committed[] = [];
  readonly current = new Map<string, Committed>();
}

export class History {
  readonly #types = new Map<string, TypeHistory>();
  #count = 0;

  /** Revisions made, of all types. */
  get count(): number {
    return this.#count;
  }

  append(type: string, log: LogEntry, atMs: number): Committed {
    const history = this.#of(type);
    const before = log.key === undefined ? undefined : history.current.get(log.key);
    const committed = new Committed(type, log, atMs, before);
    history.commits.push(committed);
    this.#count++;
    if (log.kind === 'put') history.current.set(log.key!, committed);
    if (log.kind === 'delete') history.current.delete(log.key!);
    return committed;
  }

  newest(type: string): number {
    return this.#types.get(type)?.commits.length ?? 0;
  }

  /** The commit that made this revision. */
  at(type: string, revision: number): Committed | undefined {
    return this.#types.get(type)?.commits[revision - 1];
  }

  commits(type: string): readonly Committed[] {
    return this.#types.get(type)?.commits ?? [];
  }

  /** What exists. */
  current(type: string): ReadonlyMap<string, Committed> {
    return this.#of(type).current;
  }

  get types(): Iterable<string> {
    return this.#types.keys();
  }

  /** What existed at a revision. */
  stateAt(type: string, revision: number): Map<string, Committed> {
    const state = new Map<string, Committed>();
    for (const committed of this.commits(type)) {
      if (committed.revision > revision) break;
      if (committed.log.kind === 'put') state.set(committed.log.key!, committed);
      if (committed.log.kind === 'delete') state.delete(committed.log.key!);
    }
    return state;
  }

  #of(type: string): TypeHistory {
    let history = this.#types.get(type);
    if (!history) this.#types.set(type, (history = new TypeHistory()));
    return history;
  }
}
