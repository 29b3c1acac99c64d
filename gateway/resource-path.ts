/** What the path of a request names: `/apis/apps/v1/namespaces/default/deployments/web/scale`. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows the subresource (proxies). */
  readonly rest: string | undefined;
  /** The old `/watch/` prefix. */
  readonly watch: boolean;
}

function segmentsOf(path: string): string[] | undefined {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Subresources of a namespace itself; everything else after `namespaces/<name>/` is a resource in it. */
const isNamespaceSubresource = (segment: string) => segment === 'status' || segment === 'finalize';

const PATHS_REMEMBERED = 512;
const PATH_LENGTH_MAX = 200;

/** Collections, to which all creates and lists go. */
const collections = new Map<string, ResourcePath>();

/** Undefined for a path that names no resource (discovery and everything that isn't API). */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const known = collections.get(path);
  if (known) return known;
  const parsed = parse(path);
  if (parsed && parsed.name === undefined && path.length <= PATH_LENGTH_MAX) {
    if (collections.size >= PATHS_REMEMBERED) collections.clear(); // Clients choose the text: never let it grow.
    collections.set(path, parsed);
  }
  return parsed;
}

function parse(path: string): ResourcePath | undefined {
  const isCore = path.startsWith('/api/');
  if (!isCore && !path.startsWith('/apis/')) return undefined;
  const segments = segmentsOf(path);
  if (!segments) return undefined;
  let at = isCore ? 2 : 3;
  const version = segments[at++];
  const watch = segments[at] === 'watch';
  if (watch) at++;
  let resource = segments[at++];
  if (!version || !resource) return undefined;
  let namespace: string | undefined;
  let name = segments[at++];
  if (resource === 'namespaces' && name !== undefined) {
    const next = segments[at];
    namespace = name;
    if (next !== undefined && !isNamespaceSubresource(next)) {
      resource = next;
      name = segments[at + 1];
      at += 2;
    } else {
      namespace = undefined;
    }
  }
  if (name === '' || namespace === '') return undefined;
  const subresource = segments[at++];
  const rest = at < segments.length ? segments.slice(at).join('/') : undefined;
  return { group: isCore ? '' : (segments[2] ?? ''), version, resource, namespace, name, subresource, rest, watch };
}
