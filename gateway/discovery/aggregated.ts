/** Aggregated discovery (apidiscovery.k8s.io): everything in two answers, `/api` and `/apis`. */
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { GroupVersion, KindCatalog } from '../kind-catalog.js';

export type AggregatedVersion = 'v2' | 'v2beta1';

function resourceOf(kind: KindDefinition): object {
  const { group, version, plural, singular, namespaced, verbs, shortNames, categories, subresources } = kind;
  return {
    resource: plural,
    responseKind: { group, version, kind: kind.kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources: subresources.map((sub) => subresourceOf(kind, sub)) } : {}),
  };
}

function subresourceOf({ group, version }: KindDefinition, sub: KindDefinition['subresources'][number]): object {
  const responseKind = { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind };
  return { subresource: sub.name, responseKind, verbs: [...sub.verbs].sort() };
}

function groupItem(name: string, versions: readonly GroupVersion[]): object {
  return {
    metadata: { name, creationTimestamp: null },
    versions: versions.map(({ version, kinds }) => ({
      version,
      resources: kinds.map(resourceOf),
      freshness: 'Current',
    })),
  };
}

/** The core group for `/api`, all others for `/apis`. */
export function aggregatedBody(catalog: KindCatalog, isCore: boolean, version: AggregatedVersion): object {
  const groups = new Map<string, GroupVersion[]>();
  for (const entry of catalog.groupVersions) {
    if ((entry.group === '') === isCore) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  const items = [...groups].map(([name, versions]) => groupItem(name, versions));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}
