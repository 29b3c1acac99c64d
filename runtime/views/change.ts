/** One change of one object, as caches, views and watches see it. Events are hints; their order and completeness come from the revisions. */
import type { Selectables } from '../snapshots/snapshot-store.js';
import type { CacheEntry } from './resource-cache.js';

export interface ChangeEvent {
  readonly kind: 'added' | 'modified' | 'deleted' | 'marker';
  readonly storeGeneration: number;
  readonly revision: number;
  readonly key: string;
  /** As it is after the change; the last state, with the deletion's resourceVersion, for `deleted`; undefined for markers. */
  readonly entry: CacheEntry | undefined;
  /** Labels and selectable fields before the change. */
  readonly previous: Selectables | undefined;
}
