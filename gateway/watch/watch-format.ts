/** How watch events are written: `{"type":"ADDED","object":…}` lines, the object as it is, as a one-row Table, or as its metadata. */
import type { Status } from '../../schemas/errors.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { CacheEntry } from '../../runtime/views/resource-cache.js';
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import type { Negotiated } from '../negotiation.js';
import { columnDefinitions, type IncludeObject, partialObject, tableHead, tableRow } from '../table.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const HEADS = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const;
const TAIL = Buffer.from('}\n');

function line(type: EventType, json: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${json}}\n`);
}

export function errorLine(status: Status): Buffer {
  return line('ERROR', JSON.stringify(status));
}

/** Immutable. Formats with the same `id` write the same bytes. */
export class WatchFormat {
  readonly id: string;

  constructor(
    private readonly definition: KindDefinition,
    private readonly negotiated: Pick<Negotiated, 'shape' | 'metaVersion'>,
    private readonly include: IncludeObject,
    private readonly now: () => number,
  ) {
    const { shape, metaVersion } = negotiated;
    this.id = shape === 'object' ? 'object' : `${shape} ${metaVersion} ${shape === 'table' ? include : ''}`;
  }

  /** Column definitions come in the first event of a stream only, so that one can't be shared. */
  get hasFirst(): boolean {
    return this.negotiated.shape === 'table';
  }

  event(
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    entry: Pick<CacheEntry, 'bytes' | 'object' | 'resourceVersion'>,
    isFirst: boolean,
  ): Buffer {
    const { shape, metaVersion } = this.negotiated;
    if (shape === 'object') return objectEvent(type, entry.bytes);
    if (shape === 'partial') return line(type, partialObject(entry.object.metadata, metaVersion));
    const row = tableRow(this.definition, entry, this.include, metaVersion, this.now());
    return line(type, this.#table(entry.resourceVersion, row, isFirst));
  }

  /** `isInitialEnd`: everything that existed has been sent. */
  bookmark(resourceVersion: string, isInitialEnd: boolean, isFirst: boolean): Buffer {
    const { shape, metaVersion } = this.negotiated;
    const annotations = isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion, creationTimestamp: null, ...annotations };
    if (shape === 'partial') return line('BOOKMARK', partialObject(metadata, metaVersion));
    if (shape === 'table') {
      const cells = JSON.stringify(this.definition.columns.map(({ type }) => (type === 'string' ? '' : null)));
      const object = this.include === 'Object' ? this.#object(metadata) : partialObject(metadata, metaVersion);
      return line('BOOKMARK', this.#table(resourceVersion, `{"cells":${cells},"object":${object}}`, isFirst));
    }
    return line('BOOKMARK', this.#object(metadata));
  }

  #object(metadata: object): string {
    const { kind } = this.definition;
    return `{"kind":"${kind}","apiVersion":"${apiVersionOf(this.definition)}","metadata":${JSON.stringify(metadata)}}`;
  }

  #table(resourceVersion: string, row: string, isFirst: boolean): string {
    const columns = isFirst ? columnDefinitions(this.definition) : undefined;
    return `${tableHead(JSON.stringify({ resourceVersion }), columns, this.negotiated.metaVersion)}${row}]}`;
  }
}

function objectEvent(type: 'ADDED' | 'MODIFIED' | 'DELETED', bytes: Uint8Array): Buffer {
  const head = HEADS[type];
  const all = Buffer.allocUnsafe(head.length + bytes.length + TAIL.length);
  all.set(head, 0);
  all.set(bytes, head.length);
  all.set(TAIL, head.length + bytes.length);
  return all;
}
