/** v1 Secret. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { api } from '../limits.js';
import { forbidden, IMMUTABLE, invalid, pushInvalid, required, tooLong } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { configMapKey, dns1123Subdomain } from '../meta/names.js';
import type { Secret } from '../meta/object.js';
import { decodedBytes } from './base64-size.js';
import { WHEN_IMMUTABLE } from './config-map.js';
import { AGE_COLUMN, ageCell, column, countOf, defineKind, NAME_COLUMN } from './define-kind.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

type Data = Readonly<Record<string, string>>;

/** stringData is write-only: its values replace those of data. */
function applyDefaults(secret: Secret): void {
  if (secret.stringData) {
    const data: Record<string, string> = { ...secret.data };
    for (const [key, value] of Object.entries(secret.stringData)) data[key] = Buffer.from(value).toString('base64');
    delete secret.stringData;
    secret.data = data;
  }
  secret.type ||= 'Opaque';
}

function requireKeys(errors: FieldError[], data: Data, keys: readonly string[]): void {
  for (const key of keys) if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`));
}

function validateJsonKey(errors: FieldError[], data: Data, key: string): void {
  const base64 = data[key];
  if (base64 === undefined) {
    errors.push(required(`data[${key}]`));
    return;
  }
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString());
    if (typeof value === 'object' && !Array.isArray(value)) return;
    const type = Array.isArray(value) ? 'array' : typeof value;
    const problem = `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', problem));
  } catch {
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', 'unexpected end of JSON input'));
  }
}

/** What each well-known type demands. */
function validateType(errors: FieldError[], { type, metadata, data = {} }: Secret): void {
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[SERVICE_ACCOUNT_NAME]) {
        errors.push(required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`));
      }
      break;
    case 'kubernetes.io/dockercfg':
      validateJsonKey(errors, data, '.dockercfg');
      break;
    case 'kubernetes.io/dockerconfigjson':
      validateJsonKey(errors, data, '.dockerconfigjson');
      break;
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
        requireKeys(errors, data, ['username', 'password']);
      }
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'));
      break;
    case 'kubernetes.io/tls':
      requireKeys(errors, data, ['tls.crt', 'tls.key']);
      break;
    default:
  }
}

function validate(secret: Secret): FieldError[] {
  const errors = validateObjectMeta(secret.metadata, RULES);
  let bytesTotal = 0;
  for (const key in secret.data) {
    const messages = configMapKey(key);
    if (messages.length > 0) pushInvalid(errors, `data[${key}]`, key, messages);
    bytesTotal += decodedBytes(secret.data[key] as string);
  }
  if (bytesTotal > api.dataBytesMax) errors.push(tooLong('data', '', api.dataBytesMax));
  validateType(errors, secret);
  return errors;
}

function validateUpdate(next: Secret, previous: Secret): FieldError[] {
  const errors: FieldError[] = [];
  if (next.type !== previous.type) errors.push(invalid('type', next.type ?? '', IMMUTABLE));
  if (previous.immutable !== true) return errors;
  if (next.immutable !== true) errors.push(forbidden('immutable', WHEN_IMMUTABLE));
  if (!deepEqual(next.data ?? {}, previous.data ?? {})) errors.push(forbidden('data', WHEN_IMMUTABLE));
  return errors;
}

export const secret = defineKind({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  schema: 'io.k8s.api.core.v1.Secret',
  selectableFields: { type: (object: Secret) => object.type ?? '' },
  applyDefaults,
  validate,
  validateUpdate,
  columns: [
    NAME_COLUMN,
    column('Type', 'Used to facilitate programmatic handling of secret data.'),
    column('Data', 'Number of keys in data'),
    AGE_COLUMN,
  ],
  cells: (object: Secret, nowMs) => [
    object.metadata.name,
    object.type ?? '',
    countOf(object.data),
    ageCell(object, nowMs),
  ],
});
