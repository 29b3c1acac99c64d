/** YAML bodies, read as Kubernetes reads them: YAML 1.1's booleans, octals and merge keys, but dates and `22:22` stay text. */
import { LineCounter, parseAllDocuments, type Tags } from 'yaml';
import type { SlowlyParsed } from './slow-json.js';

/** Malformed YAML; the message is like Go's (`yaml: line 3: …`). */
export class YamlSyntaxError extends Error {}

/** The first document. Duplicates are whole sentences here. */
export function parseYaml(bytes: Uint8Array): SlowlyParsed {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const lineCounter = new LineCounter();
  const [document] = parseAllDocuments(text, {
    schema: 'yaml-1.1',
    uniqueKeys: false,
    lineCounter,
    prettyErrors: false,
    customTags: withoutTimes,
  });
  if (!document || !('toJS' in document)) return { value: null, duplicates: [] };
  const [error] = document.errors;
  if (error) throw new YamlSyntaxError(`yaml: line ${lineCounter.linePos(error.pos[0]).line}: ${error.message}`);
  try {
    return {
      value: document.toJS({ maxAliasCount: 100 }) as unknown,
      duplicates: duplicatesIn(document.contents, lineCounter),
    };
  } catch (cause) {
    throw new YamlSyntaxError(`yaml: ${(cause as Error).message}`, { cause });
  }
}

const withoutTimes = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')));

interface YamlNode {
  items?: readonly unknown[];
}
interface YamlPair {
  key: { value?: string | number | boolean | null; range?: readonly number[] } | null;
  value: YamlNode | null;
}

/** In Go's form, `line 3: key "a" already set in map`. */
function duplicatesIn(node: unknown, lines: LineCounter): string[] {
  const items = (node as YamlNode | null)?.items ?? [];
  const seen = new Set<unknown>();
  const found: string[] = [];
  for (const item of items) {
    const pair = item as YamlPair;
    if (!('key' in (item as object))) {
      found.push(...duplicatesIn(item, lines));
      continue;
    }
    const key = pair.key?.value;
    if (key !== undefined && seen.has(key))
      found.push(
        `line ${lines.linePos(pair.key?.range?.[0] ?? 0).line}: key ${JSON.stringify(String(key))} already set in map`,
      );
    seen.add(key);
    found.push(...duplicatesIn(pair.value, lines));
  }
  return found;
}
