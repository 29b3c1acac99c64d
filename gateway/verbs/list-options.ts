/** The options of list, watch and deletecollection, checked as Kubernetes checks them. */
import { type FieldError, InvalidError } from '../../schemas/errors.js';
import { forbidden, notSupported } from '../../schemas/meta/field-errors.js';
import type { ResourceCall } from '../resource-call.js';
import { Selection } from '../selection.js';
import type { IncludeObject } from '../table.js';

export interface ListOptions {
  readonly selection: Selection;
  /** 0 where absent. */
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
}

function listErrors(call: ResourceCall): FieldError[] {
  const { query } = call;
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch');
  const version = query.get('resourceVersion');
  const path = 'resourceVersionMatch';
  if (match !== '') {
    if (version === '') errors.push(forbidden(path, `${path} is forbidden unless resourceVersion is provided`));
    if (query.get('continue') !== '') errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(path, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && version === '0') {
      errors.push(forbidden(path, `${path} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (query.has('sendInitialEvents')) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(call: ResourceCall): FieldError[] {
  const { query } = call;
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch');
  const path = 'resourceVersionMatch';
  const sends = query.has('sendInitialEvents');
  if (sends && match !== 'NotOlderThan') {
    errors.push(forbidden(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (!sends) errors.push(forbidden(path, `${path} is forbidden for watch unless sendInitialEvents is provided`));
    if (match !== 'NotOlderThan') errors.push(notSupported(path, match, ['NotOlderThan']));
    if (query.get('continue') !== '') errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  }
  return errors;
}

function optionsOf(call: ResourceCall, errors: readonly FieldError[]): ListOptions {
  const { query, path, definition } = call;
  if (errors.length > 0) throw new InvalidError({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, errors);
  const selection = new Selection(definition, {
    namespace: path.namespace,
    name: path.name,
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
  });
  return {
    selection,
    limit: Math.max(0, query.integer('limit') ?? 0),
    continue: query.get('continue'),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch'),
  };
}

/** Throws BadRequestError and InvalidError. */
export function listOptionsOf(call: ResourceCall): ListOptions {
  return optionsOf(call, listErrors(call));
}

/** Throws BadRequestError and InvalidError. */
export function watchOptionsOf(call: ResourceCall): ListOptions {
  return optionsOf(call, watchErrors(call));
}

/** `includeObject=` of a Table. Throws BadRequestError. */
export function includeObjectOf({ query }: ResourceCall): IncludeObject {
  const value = query.get('includeObject');
  if (value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw new InvalidError({ group: 'meta.k8s.io', kind: 'TableOptions', name: '' }, [
    notSupported('includeObject', value, ['None', 'Metadata', 'Object']),
  ]);
}
