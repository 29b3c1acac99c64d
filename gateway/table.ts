/** meta.k8s.io Table and PartialObjectMetadata: how `kubectl get` and metadata-only informers see objects. */
import type { KindDefinition } from '../schemas/kinds/kind.js';
import type { CacheEntry } from '../runtime/views/resource-cache.js';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** JSON of the column definitions of a kind. */
const columnTexts = new WeakMap<KindDefinition, string>();

export function columnDefinitions(definition: KindDefinition): string {
  let text = columnTexts.get(definition);
  if (text === undefined) {
    text = JSON.stringify(
      definition.columns.map(({ name, type, format, description, priority }) => {
        return { name, type, format: format ?? '', description, priority };
      }),
    );
    columnTexts.set(definition, text);
  }
  return text;
}

/** JSON of a PartialObjectMetadata. */
export function partialObject(metadata: unknown, metaVersion: string): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"${metaVersion}","metadata":${JSON.stringify(metadata)}}`;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();

/** JSON of one row. */
export function tableRow(
  definition: KindDefinition,
  entry: Pick<CacheEntry, 'bytes' | 'object'>,
  include: IncludeObject,
  metaVersion: string,
  nowMs: number,
): string {
  const { object } = entry;
  const cells = JSON.stringify(definition.cells(object, nowMs));
  const shown =
    include === 'None'
      ? 'null'
      : include === 'Object'
        ? textOf(entry.bytes)
        : partialObject(object.metadata, metaVersion);
  return `{"cells":${cells},"object":${shown}}`;
}

/** JSON of a Table up to and including the bracket that opens its rows; close it with `]}`. */
export function tableHead(metadata: string, columns: string | undefined, metaVersion: string): string {
  const definitions = columns === undefined ? 'null' : columns;
  return `{"kind":"Table","apiVersion":"${metaVersion}","metadata":${metadata},"columnDefinitions":${definitions},"rows":[`;
}
