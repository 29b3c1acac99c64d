/** Which objects a list, watch or deletecollection is about: namespace, name, label and field selectors. */
import type { KindDefinition } from '../schemas/kinds/kind.js';
import {
  checkSelectableFields,
  exactFieldValue,
  type FieldRequirement,
  matchesFields,
  parseFieldSelector,
} from '../schemas/meta/field-selector.js';
import { compileLabelSelector, type LabelPredicate } from '../schemas/meta/label-selector.js';
import { keyOf, type ObjectKey, splitKey } from '../schemas/meta/object.js';
import type { ChangeEvent } from '../runtime/views/change.js';
import type { CacheEntry } from '../runtime/views/resource-cache.js';

const NO_FIELDS = Object.freeze({});
const NAME = 'metadata.name';
const NAMESPACE = 'metadata.namespace';
const isIdentity = ({ field }: FieldRequirement) => field === NAME || field === NAMESPACE;

export interface SelectionQuery {
  readonly namespace: string | undefined;
  /** From a path with a name (the old /watch/ form). */
  readonly name?: string | undefined;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

/** Immutable. Two selections with the same `id` select the same. */
export class Selection {
  readonly id: string;
  readonly namespace: string | undefined;
  /** The one name that can match, where there is one. */
  readonly name: string | undefined;
  /** The one object that can match, where there is one. */
  readonly key: ObjectKey | undefined;
  /** False where only the namespace restricts. */
  readonly hasSelectors: boolean;
  readonly #labels: LabelPredicate | undefined;
  readonly #identity: readonly FieldRequirement[];
  readonly #fields: readonly FieldRequirement[];

  /** Throws BadRequestError for a selector that can't be read or names an unknown field. */
  constructor(definition: KindDefinition, query: SelectionQuery) {
    const requirements = query.fieldSelector ? parseFieldSelector(query.fieldSelector) : [];
    if (requirements.length > 0) checkSelectableFields(requirements, definition.selectableFields);
    this.#labels = query.labelSelector ? compileLabelSelector(query.labelSelector) : undefined;
    this.#identity = requirements.filter(isIdentity);
    this.#fields = requirements.filter((requirement) => !isIdentity(requirement));
    this.namespace = query.namespace ?? (definition.namespaced ? exactFieldValue(requirements, NAMESPACE) : undefined);
    this.name = query.name ?? exactFieldValue(requirements, NAME);
    const isWhole = this.name !== undefined && definition.namespaced === (this.namespace !== undefined);
    this.key = isWhole ? keyOf(this.namespace, this.name as string) : undefined;
    this.hasSelectors = this.#labels !== undefined || requirements.length > 0;
    this.id = JSON.stringify([query.namespace, query.name, query.labelSelector, query.fieldSelector]);
  }

  #matchesIdentity(namespace: string | undefined, name: string): boolean {
    if (this.namespace !== undefined && namespace !== this.namespace) return false;
    if (this.name !== undefined && name !== this.name) return false;
    return this.#identity.every(
      ({ field, equal, value }) => ((field === NAME ? name : (namespace ?? '')) === value) === equal,
    );
  }

  #matchesSelectables(labels: CacheEntry['labels'], fields: CacheEntry['fields']): boolean {
    if (this.#labels && !this.#labels(labels)) return false;
    return this.#fields.length === 0 || matchesFields(this.#fields, fields ?? NO_FIELDS);
  }

  matches(entry: CacheEntry): boolean {
    return this.#matchesIdentity(entry.namespace, entry.name) && this.#matchesSelectables(entry.labels, entry.fields);
  }

  /** What a watch sees of a change: an object that starts to match is ADDED, one that stops is DELETED. */
  eventOf(change: ChangeEvent): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    const { entry, kind } = change;
    if (!entry) return undefined;
    const { namespace, name } = entry.name ? entry : splitKey(change.key);
    if (!this.#matchesIdentity(namespace, name)) return undefined;
    const before = kind !== 'added' && this.#matchesSelectables(change.previous?.labels, change.previous?.fields);
    const after = kind !== 'deleted' && this.#matchesSelectables(entry.labels, entry.fields);
    if (after) return before ? 'MODIFIED' : 'ADDED';
    return before ? 'DELETED' : undefined;
  }
}
