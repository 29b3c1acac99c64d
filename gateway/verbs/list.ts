/** LIST: a page of objects, copied from the cache's bytes. */
import { BadRequestError, GoneError } from '../../schemas/errors.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import type { CacheEntry, Page, ResourceCache } from '../../runtime/views/resource-cache.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import { type Negotiated, negotiate } from '../negotiation.js';
import { cacheOf, type ResourceCall } from '../resource-call.js';
import { ChunkWriter } from '../respond.js';
import { columnDefinitions, partialObject, tableHead, tableRow } from '../table.js';
import { ContinueExpiredError, decodeContinue, encodeContinue } from './continue-token.js';
import { includeObjectOf, type ListOptions, listOptionsOf } from './list-options.js';
import { parseResourceVersion, TOO_OLD, waitForKnown, waitForVersion } from './resource-version.js';

interface Listed {
  readonly page: Page;
  readonly resourceVersion: string;
}

function pageNow(cache: ResourceCache, options: ListOptions, after?: string): Listed {
  const { selection } = options;
  const limit = options.resourceVersion === '0' && after === undefined ? 0 : options.limit;
  if (selection.key !== undefined && after === undefined) {
    const entry = cache.get(selection.key);
    const entries = entry && selection.matches(entry) ? [entry] : [];
    return { page: { entries, next: undefined, remaining: 0 }, resourceVersion: cache.resourceVersion };
  }
  if (!selection.hasSelectors && limit === 0 && after === undefined) {
    const entries = cache.list(selection.namespace);
    return { page: { entries, next: undefined, remaining: 0 }, resourceVersion: cache.resourceVersion };
  }
  const page = cache.page(pageQuery(options, limit, after)) as Page; // Without a revision it always knows.
  return { page, resourceVersion: cache.resourceVersion };
}

function pageQuery({ selection }: ListOptions, limit: number, after: string | undefined, revision?: number) {
  return {
    ...(selection.namespace === undefined ? {} : { namespace: selection.namespace }),
    ...(after === undefined ? {} : { after }),
    ...(limit > 0 ? { limit } : {}),
    ...(revision === undefined ? {} : { revision }),
    ...(selection.hasSelectors || selection.name !== undefined
      ? { matches: (entry: CacheEntry) => selection.matches(entry) }
      : {}),
  };
}

/** A page of the type as it was at a version; undefined where that is not known any more. */
function pageAt(cache: ResourceCache, options: ListOptions, version: string, after?: string): Listed | undefined {
  const decoded = decodeResourceVersion(version);
  if (!decoded || !cache.isKnown(decoded.storeGeneration, decoded.revision)) return undefined;
  const page = cache.page(pageQuery(options, options.limit, after, decoded.revision));
  return page && { page, resourceVersion: version };
}

async function continued(cache: ResourceCache, options: ListOptions): Promise<Listed> {
  if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
    throw new BadRequestError('specifying resource version is not allowed when using continue');
  }
  const token = decodeContinue(options.continue);
  await cache.fresh();
  if (token.resourceVersion === '-1') return pageNow(cache, options, token.after);
  const listed = pageAt(cache, options, token.resourceVersion, token.after);
  if (!listed) throw new ContinueExpiredError(token.after);
  return listed;
}

/** Kubernetes' table of resourceVersion, resourceVersionMatch, limit and continue. */
async function pageOf(cache: ResourceCache, options: ListOptions): Promise<Listed> {
  const { resourceVersion: version, resourceVersionMatch: match } = options;
  if (options.continue !== '') return continued(cache, options);
  if (version === '' || version === '0') {
    await waitForVersion(cache, version);
    return pageNow(cache, options);
  }
  parseResourceVersion(version);
  await waitForKnown(cache, version);
  const isExact = match === 'Exact' || (match === '' && options.limit > 0);
  if (!isExact) return pageNow(cache, options);
  const listed = pageAt(cache, options, version);
  if (!listed) throw new GoneError(TOO_OLD);
  return listed;
}

function listMetadata({ page, resourceVersion }: Listed, { selection }: ListOptions): string {
  if (page.next === undefined) return JSON.stringify({ resourceVersion });
  const metadata = { resourceVersion, continue: encodeContinue({ resourceVersion, after: page.next }) };
  return JSON.stringify(selection.hasSelectors ? metadata : { ...metadata, remainingItemCount: page.remaining });
}

const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}\n');

/** Copies what `bytesOf` gives for each entry, with commas between. */
function writeItems(
  writer: ChunkWriter,
  entries: readonly CacheEntry[],
  bytesOf: (entry: CacheEntry) => Uint8Array,
): void {
  let isFirst = true;
  for (const entry of entries) {
    if (!isFirst) writer.add(COMMA);
    isFirst = false;
    writer.add(bytesOf(entry));
  }
  writer.add(CLOSE);
}

/** The body of a list in the negotiated shape. */
export function listBody(
  call: ResourceCall,
  entries: readonly CacheEntry[],
  metadata: string,
  { shape, metaVersion }: Negotiated,
): readonly Uint8Array[] {
  const writer = new ChunkWriter();
  const { definition, parts } = call;
  if (shape === 'table') {
    const include = includeObjectOf(call);
    const nowMs = parts.clock.now();
    writer.addText(tableHead(metadata, columnDefinitions(definition), metaVersion));
    writeItems(writer, entries, (entry) => Buffer.from(tableRow(definition, entry, include, metaVersion, nowMs)));
  } else if (shape === 'partial') {
    writer.addText(
      `{"kind":"PartialObjectMetadataList","apiVersion":"${metaVersion}","metadata":${metadata},"items":[`,
    );
    writeItems(writer, entries, (entry) => Buffer.from(partialObject(entry.object.metadata, metaVersion)));
  } else {
    const head = `"apiVersion":"${apiVersionOf(definition)}","metadata":${metadata}`;
    writer.addText(`{"kind":"${definition.listKind}",${head},"items":[`);
    writeItems(writer, entries, (entry) => entry.bytes);
  }
  return writer.end();
}

export async function list(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, call.query.get('pretty'), ['object', 'table', 'partial']);
  const options = listOptionsOf(call);
  const listed = await pageOf(await cacheOf(call), options);
  const { entries } = listed.page;
  return encoded(200, listBody(call, entries, listMetadata(listed, options), negotiated), negotiated);
}
