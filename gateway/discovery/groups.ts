/** Plain discovery: APIVersions, APIGroupList, APIGroup, APIResourceList. */
import { createHash } from 'node:crypto';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import type { KindCatalog } from '../kind-catalog.js';

export function apiVersions(catalog: KindCatalog, address: string): object {
  const versions = catalog.groupVersions.filter(({ group }) => group === '').map(({ version }) => version);
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs };
}

function groupBody(catalog: KindCatalog, name: string): object {
  const versions = catalog.groupVersions
    .filter(({ group }) => group === name)
    .map((entry) => ({ groupVersion: apiVersionOf(entry), version: entry.version }));
  return { name, versions, preferredVersion: versions[0] };
}

export function apiGroupList(catalog: KindCatalog): object {
  const names = new Set(catalog.groupVersions.map(({ group }) => group).filter((group) => group !== ''));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...names].map((name) => groupBody(catalog, name)) };
}

/** Undefined for a group that isn't served. */
export function apiGroup(catalog: KindCatalog, name: string): object | undefined {
  if (name === '' || !catalog.groupVersions.some(({ group }) => group === name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(catalog, name) };
}

function storageVersionHash({ group, version, kind }: KindDefinition): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function rowsOf(definition: KindDefinition): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, stored } = definition;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(stored ? { storageVersionHash: storageVersionHash(definition) } : {}),
  };
  const subresources = definition.subresources.map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group === undefined ? {} : { group: sub.group }),
    ...(sub.version === undefined ? {} : { version: sub.version }),
    kind: sub.kind,
    verbs: [...sub.verbs].sort(),
  }));
  return [main, ...subresources];
}

/** Undefined for a group version that isn't served. */
export function apiResourceList(catalog: KindCatalog, group: string, version: string): object | undefined {
  const entry = catalog.groupVersions.find((candidate) => candidate.group === group && candidate.version === version);
  if (!entry) return undefined;
  const head = { kind: 'APIResourceList', ...(group === '' ? {} : { apiVersion: 'v1' }) };
  return { ...head, groupVersion: apiVersionOf(entry), resources: entry.kinds.flatMap(rowsOf) };
}
