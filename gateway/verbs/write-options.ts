/** The options of create, update and patch, checked as Kubernetes checks them. */
import { type FieldError, InvalidError } from '../../schemas/errors.js';
import { invalid, notSupported, tooLong } from '../../schemas/meta/field-errors.js';
import type { FieldValidation } from '../../schemas/messages/resource.js';
import type { Query } from '../query.js';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

const FIELD_MANAGER_BYTES_MAX = 128;
const VALIDATIONS: readonly string[] = ['Ignore', 'Strict', 'Warn', ''];

/** Every combination, so that a request makes none. */
const OPTIONS = {
  Strict: { dryRun: false, fieldValidation: 'Strict' },
  Warn: { dryRun: false, fieldValidation: 'Warn' },
  Ignore: { dryRun: false, fieldValidation: 'Ignore' },
} as const satisfies Record<FieldValidation, WriteOptions>;

export function dryRunErrors(query: Query): FieldError[] {
  if (!query.has('dryRun')) return [];
  return query
    .all('dryRun')
    .filter((value) => value !== 'All' && value !== '')
    .map((value) => notSupported('dryRun', value, ['All']));
}

function fieldManagerErrors(manager: string): FieldError[] {
  if (Buffer.byteLength(manager) > FIELD_MANAGER_BYTES_MAX) {
    return [tooLong('fieldManager', manager, FIELD_MANAGER_BYTES_MAX)];
  }
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(manager)) {
    return [invalid('fieldManager', manager, 'should only contain printable characters')];
  }
  return [];
}

/** `kind` is CreateOptions, UpdateOptions or PatchOptions. Throws InvalidError. */
export function writeOptionsOf(query: Query, kind: string): WriteOptions {
  const validation = query.get('fieldValidation');
  const manager = query.get('fieldManager');
  const errors = dryRunErrors(query);
  if (manager !== '') errors.push(...fieldManagerErrors(manager));
  if (!VALIDATIONS.includes(validation))
    errors.push(notSupported('fieldValidation', validation, ['Ignore', 'Strict', 'Warn']));
  if (errors.length > 0) throw new InvalidError({ group: 'meta.k8s.io', kind, name: '' }, errors);
  const options = OPTIONS[(validation || 'Warn') as FieldValidation];
  return query.get('dryRun') === 'All' ? { ...options, dryRun: true } : options;
}
