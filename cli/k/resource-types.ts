/** What the cluster serves, and what the user means by `po`, `deploy/web` or `pods,nodes`. */
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import type { ClusterClient } from './cluster-client.js';

export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

/** Objects of one type: those of the names, or all. */
export interface Target {
  readonly type: ResourceType;
  readonly names: readonly string[];
}

interface Discovered {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly { readonly version: string; readonly resources?: readonly DiscoveredResource[] }[];
  }[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind: { readonly kind: string };
  readonly scope: string;
  readonly singularResource: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export class ResourceTypes {
  private constructor(readonly all: readonly ResourceType[]) {}

  static async of(client: ClusterClient): Promise<ResourceTypes> {
    const answers = await Promise.all(
      ['/api', '/apis'].map((where) => client.json<Discovered>('GET', where, { accept: aggregated })),
    );
    return new ResourceTypes(answers.flatMap(({ items }) => items.flatMap(typesOf)));
  }

  /** By plural, singular, kind or short name, with `.group` behind it if it is ambiguous. Throws an Error in kubectl's words. */
  named(name: string): ResourceType {
    const wanted = name.toLowerCase();
    const found = this.all.find((type) =>
      namesOf(type).some(
        (known) =>
          wanted === known ||
          wanted === `${known}.${type.group}` ||
          wanted === `${known}.${type.version}.${type.group}`,
      ),
    );
    if (!found) throw new Error(`error: the server doesn't have a resource type "${name}"`);
    return found;
  }

  ofObject(apiVersion: string, kind: string): ResourceType {
    const found = this.all.find((type) => type.kind === kind && apiVersionOf(type) === apiVersion);
    if (!found) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return found;
  }

  /** `pods a b`, `pods,nodes`, `pod/a deploy/b`, `all`. */
  targets(args: readonly string[]): Target[] {
    if (args.length === 0) throw new Error('name a resource type, for example pods');
    if (args.some((arg) => arg.includes('/'))) return args.map((arg) => this.#slashed(arg));
    const [types = '', ...names] = args;
    return types
      .split(',')
      .flatMap((name) => this.#orCategory(name))
      .map((type) => ({ type, names }));
  }

  #slashed(arg: string): Target {
    const [type = '', name = '', ...more] = arg.split('/');
    if (!type || !name || more.length > 0)
      throw new Error(`arguments in resource/name form must have a single resource and name, not "${arg}"`);
    return { type: this.named(type), names: [name] };
  }

  #orCategory(name: string): readonly ResourceType[] {
    const members = this.all.filter((type) => type.categories.includes(name));
    return members.length > 0 ? members : [this.named(name)];
  }
}

function typesOf({ metadata, versions }: Discovered['items'][number]): ResourceType[] {
  return versions.flatMap(({ version, resources = [] }) =>
    resources.map((found) => ({
      group: metadata?.name ?? '',
      version,
      kind: found.responseKind.kind,
      plural: found.resource,
      singular: found.singularResource,
      namespaced: found.scope === 'Namespaced',
      shortNames: found.shortNames ?? [],
      categories: found.categories ?? [],
      verbs: found.verbs,
    })),
  );
}

function namesOf({ plural, singular, kind, shortNames }: ResourceType): string[] {
  return [plural, singular, kind.toLowerCase(), ...shortNames];
}

/** `deployment.apps/web`, as kubectl names an object. */
export function shownName({ kind, group }: ResourceType, name: string): string {
  return `${kind.toLowerCase()}${group ? `.${group}` : ''}/${name}`;
}

/** The path of a type's collection, or of one object of it; without a namespace, of all namespaces. */
export function pathOf(type: ResourceType, namespace: string | undefined, name?: string): string {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  const where = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${where}/${type.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
