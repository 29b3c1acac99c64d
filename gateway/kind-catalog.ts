/** The kinds that a gateway serves, found by what a path or an object says. */
import type { KindDefinition } from '../schemas/kinds/kind.js';
import { apiVersionOf } from '../schemas/meta/group-version.js';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly kinds: readonly KindDefinition[];
}

/** Immutable. */
export class KindCatalog {
  readonly groupVersions: readonly GroupVersion[];
  readonly #byPlural = new Map<string, Map<string, KindDefinition>>();
  readonly #byKind = new Map<string, KindDefinition>();

  constructor(readonly kinds: readonly KindDefinition[]) {
    const grouped = new Map<string, { group: string; version: string; kinds: KindDefinition[] }>();
    for (const kind of kinds) {
      const key = apiVersionOf(kind);
      const entry = grouped.get(key) ?? { group: kind.group, version: kind.version, kinds: [] };
      entry.kinds.push(kind);
      grouped.set(key, entry);
      const plurals = this.#byPlural.get(key) ?? new Map<string, KindDefinition>();
      this.#byPlural.set(key, plurals.set(kind.plural, kind));
      this.#byKind.set(`${key} ${kind.kind}`, kind);
    }
    this.groupVersions = [...grouped.values()];
  }

  byResource(group: string, version: string, plural: string): KindDefinition | undefined {
    return this.#byPlural.get(apiVersionOf({ group, version }))?.get(plural);
  }

  byKind(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }
}
