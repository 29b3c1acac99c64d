/** Reads and acknowledged writes against the history: what a client was told must have been true at a moment while it asked. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../schemas/meta/object.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import type { Auditor } from './auditor.js';
import type { Committed } from './history.js';
import type { World } from './world/world.js';

export class ReadCheck {
  /** Type → the newest revision that any client has been told of. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly auditor: Auditor,
  ) {}

  /** To be called before a read is sent: what it must at least show. */
  floor(type: string): number {
    return this.#told.get(type) ?? 0;
  }

  #tell(type: string, revision: number): void {
    if (revision > this.floor(type)) this.#told.set(type, revision);
  }

  /** An answer to a write. Acknowledged means committed: exactly this, at exactly this revision. */
  acknowledged(type: string, object: KubeObject): Committed | undefined {
    const committed = this.#at(type, object.metadata.resourceVersion);
    const where = `${type} ${object.metadata.namespace ?? ''}/${object.metadata.name} at ${object.metadata.resourceVersion}`;
    if (!committed) {
      this.world.broken('nothing acknowledged is lost', `${where} is not in the log`);
      return undefined;
    }
    if (!isDeepStrictEqual(committed.object, object)) {
      this.world.broken(
        'nothing acknowledged is lost',
        `${where}: answered ${JSON.stringify(object)}, committed ${JSON.stringify(committed.object)}`,
      );
    }
    this.#tell(type, committed.revision);
    return committed;
  }

  #at(type: string, resourceVersion: string): Committed | undefined {
    const version = decodeResourceVersion(resourceVersion);
    const committed = version && this.auditor.history.at(type, version.revision);
    return committed?.log.storeGeneration === version?.storeGeneration ? committed : undefined;
  }

  /** A GET that found the object. */
  found(type: string, key: string, object: KubeObject, floor: number): void {
    const committed = this.#at(type, object.metadata.resourceVersion);
    if (!committed || !isDeepStrictEqual(committed.object, object)) {
      this.world.broken('reads show what was committed', `${type}/${key} at ${object.metadata.resourceVersion}`);
      return;
    }
    const next = this.auditor.history
      .commits(type)
      .find(({ revision, log }) => revision > committed.revision && log.key === key);
    if (next && next.revision <= floor) {
      this.world.broken(
        'reads are not stale',
        `${type}/${key}: ${committed.revision} was read, though ${next.revision} was told before (${floor})`,
      );
    }
    this.#tell(type, committed.revision);
  }

  /** A GET that found nothing. */
  absent(type: string, key: string, floor: number): void {
    let existsAtFloor = false;
    for (const { log, revision } of this.auditor.history.commits(type)) {
      if (log.key !== key) continue;
      if (revision <= floor) existsAtFloor = log.kind === 'put';
      else if (log.kind === 'delete') return;
    }
    if (existsAtFloor)
      this.world.broken('reads are not stale', `${type}/${key} was not found, though it was told before`);
  }

  /** A LIST: the whole state at its resourceVersion. */
  listed(type: string, namespace: string | undefined, list: KubeObject, floor: number): void {
    const { revision } = decodeResourceVersion(list.metadata.resourceVersion) ?? { revision: -1 };
    const { history } = this.auditor;
    if (revision < floor || revision > history.newest(type)) {
      this.world.broken(
        'reads are not stale',
        `a list of ${type} shows ${revision}; ${floor} was told before, ${history.newest(type)} is the newest`,
      );
      return;
    }
    const state = [...history.stateAt(type, revision).values()].filter(
      ({ log }) => !namespace || log.key!.startsWith(`${namespace}/`),
    );
    const expected = state.map((committed) => `${committed.log.key} ${committed.resourceVersion}`).sort();
    const items = (list as KubeObject & { items: KubeObject[] }).items;
    const found = items
      .map(
        ({ metadata }) =>
          `${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name} ${metadata.resourceVersion}`,
      )
      .sort();
    if (!isDeepStrictEqual(found, expected)) {
      this.world.broken(
        'a list is the state at its revision',
        `${type} at ${revision}: ${difference(found, expected)}`,
      );
    }
    this.#tell(type, revision);
  }
}

function difference(found: readonly string[], expected: readonly string[]): string {
  const surplus = found.filter((line) => !expected.includes(line));
  const missing = expected.filter((line) => !found.includes(line));
  return `surplus ${surplus.join(', ') || 'none'}; missing ${missing.join(', ') || 'none'}`;
}
