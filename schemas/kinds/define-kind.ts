/** Fills in what most kinds have in common, so that a kind's file says only what is particular to it. */
import { ageOf } from '../meta/human-duration.js';
import type { Cell, Column, KindDefinition } from './kind.js';

/** In discovery's order. */
const ALL_VERBS: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
export const STATUS_VERBS: readonly string[] = ['get', 'patch', 'update'];
/** Of kinds that are answered from the request. */
export const CREATE_ONLY: readonly string[] = ['create'];

type Filled =
  | 'type'
  | 'listKind'
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'namespaced'
  | 'stored'
  | 'verbs'
  | 'subresources'
  | 'hasGeneration'
  | 'createOnUpdate'
  | 'requiresResourceVersionOnUpdate'
  | 'selectableFields'
  | 'applyDefaults';

export type KindDraft = Omit<KindDefinition, Filled> & Partial<Pick<KindDefinition, Filled>>;

const nothing = () => {};

export function defineKind(draft: KindDraft): KindDefinition {
  return {
    type: draft.group ? `${draft.plural}.${draft.group}` : draft.plural,
    listKind: `${draft.kind}List`,
    singular: draft.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    stored: true,
    verbs: ALL_VERBS,
    subresources: [],
    hasGeneration: false,
    createOnUpdate: false,
    requiresResourceVersionOnUpdate: false,
    selectableFields: {},
    applyDefaults: nothing,
    ...draft,
  };
}

export const NAME_COLUMN: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique within its namespace among objects of its kind.',
  priority: 0,
};

export const AGE_COLUMN: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  priority: 0,
};

/** A column that is text and always shown. */
export function column(name: string, description: string, type: Column['type'] = 'string'): Column {
  return { name, type, description, priority: 0 };
}

/** A column of `-o wide`. */
export function wideColumn(name: string, description: string, type: Column['type'] = 'string'): Column {
  return { name, type, description, priority: 1 };
}

export function ageCell(object: { metadata: { creationTimestamp?: string } }, nowMs: number): Cell {
  return ageOf(object.metadata.creationTimestamp, nowMs);
}

export function countOf(map: object | null | undefined): number {
  return map ? Object.keys(map).length : 0;
}
