/** v1 ConfigMap. */
import type { FieldError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { api } from '../limits.js';
import { forbidden, invalid, pushInvalid, tooLong } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { configMapKey, dns1123Subdomain } from '../meta/names.js';
import type { ConfigMap } from '../meta/object.js';
import { decodedBytes } from './base64-size.js';
import { AGE_COLUMN, ageCell, column, countOf, defineKind, NAME_COLUMN } from './define-kind.js';

export const WHEN_IMMUTABLE = 'field is immutable when `immutable` is set';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };

/** UTF-8 needs at most three bytes per character, so most objects need no exact count. */
function isTooBig(data: Record<string, string> | undefined, binaryBytes: number): boolean {
  let charactersTotal = 0;
  for (const key in data) charactersTotal += (data[key] as string).length;
  if (charactersTotal * 3 + binaryBytes <= api.dataBytesMax) return false;
  let bytesTotal = binaryBytes;
  for (const key in data) bytesTotal += Buffer.byteLength(data[key] as string);
  return bytesTotal > api.dataBytesMax;
}

function validate({ metadata, data, binaryData }: ConfigMap): FieldError[] {
  const errors = validateObjectMeta(metadata, RULES);
  for (const key in data) {
    const messages = configMapKey(key);
    if (messages.length > 0) pushInvalid(errors, `data[${key}]`, key, messages);
    if (binaryData && Object.hasOwn(binaryData, key)) {
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
  }
  let binaryBytes = 0;
  for (const key in binaryData) {
    const messages = configMapKey(key);
    if (messages.length > 0) pushInvalid(errors, `binaryData[${key}]`, key, messages);
    binaryBytes += decodedBytes(binaryData[key] as string);
  }
  // Kubernetes writes the path of the object itself as an empty index.
  if (isTooBig(data, binaryBytes)) errors.push(tooLong('[]', '', api.dataBytesMax));
  return errors;
}

function validateUpdate(next: ConfigMap, previous: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  if (previous.immutable !== true) return errors;
  if (next.immutable !== true) errors.push(forbidden('immutable', WHEN_IMMUTABLE));
  if (!deepEqual(next.data ?? {}, previous.data ?? {})) errors.push(forbidden('data', WHEN_IMMUTABLE));
  if (!deepEqual(next.binaryData ?? {}, previous.binaryData ?? {}))
    errors.push(forbidden('binaryData', WHEN_IMMUTABLE));
  return errors;
}

export const configMap = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  schema: 'io.k8s.api.core.v1.ConfigMap',
  validate,
  validateUpdate,
  columns: [NAME_COLUMN, column('Data', 'Number of keys in data and binaryData'), AGE_COLUMN],
  cells: (object: ConfigMap, nowMs) => [
    object.metadata.name,
    countOf(object.data) + countOf(object.binaryData),
    ageCell(object, nowMs),
  ],
});
