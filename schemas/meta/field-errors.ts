/** Constructors of field errors in Kubernetes' words. Messages are without the path, as `FieldError` wants them. */
import type { FieldError } from '../errors.js';

/** A string, or something cheap that becomes one only when there is an error to report. */
export type FieldPath = string | { toString(): string };

const CONTROL = /\p{Cc}/u;

function escaped(match: string, hex: string | undefined): string {
  if (hex !== undefined) return `\\x${hex}`;
  const code = match.charCodeAt(0);
  return code === 0x7f ? '\\x7f' : `\\u00${code.toString(16)}`;
}

/** As Go's %q: like JSON, except for control characters. */
export function quoted(text: string): string {
  const json = JSON.stringify(text);
  return CONTROL.test(text) ? json.replace(/\\u00([01][0-9a-f])|\p{Cc}/gu, escaped) : json;
}

function printed(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number | bigint | boolean);
}

function fieldError(reason: string, path: FieldPath, head: string, detail: string): FieldError {
  return { reason, field: String(path), message: detail ? `${head}: ${detail}` : head };
}

export function required(path: FieldPath, detail = ''): FieldError {
  return fieldError('FieldValueRequired', path, 'Required value', detail);
}

export function invalid(path: FieldPath, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueInvalid', path, `Invalid value: ${printed(value)}`, detail);
}

/** The wrong JSON type, found after decoding. */
export function typeInvalid(path: FieldPath, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueTypeInvalid', path, `Invalid value: ${printed(value)}`, detail);
}

/** `supported` is shown in the order given; Kubernetes sorts it at most call sites. */
export function notSupported(path: FieldPath, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length > 0 ? `supported values: ${supported.map(quoted).join(', ')}` : '';
  return fieldError('FieldValueNotSupported', path, `Unsupported value: ${printed(value)}`, detail);
}

export function notFound(path: FieldPath, value: unknown): FieldError {
  return fieldError('FieldValueNotFound', path, `Not found: ${printed(value)}`, '');
}

export function duplicate(path: FieldPath, value: unknown): FieldError {
  return fieldError('FieldValueDuplicate', path, `Duplicate value: ${printed(value)}`, '');
}

export function forbidden(path: FieldPath, detail: string): FieldError {
  return fieldError('FieldValueForbidden', path, 'Forbidden', detail);
}

/** `bytesMax` below 0 leaves the number out. */
export function tooLong(path: FieldPath, _value: unknown, bytesMax: number): FieldError {
  const detail = bytesMax >= 0 ? `may not be more than ${bytesMax} bytes` : 'value is too long';
  return fieldError('FieldValueTooLong', path, 'Too long', detail);
}

export function tooMany(path: FieldPath, actual: number, itemsMax: number): FieldError {
  const items = itemsMax === 1 ? 'item' : 'items';
  return fieldError('FieldValueTooMany', path, `Too many: ${actual}`, `must have at most ${itemsMax} ${items}`);
}

/** One `invalid` for each message; nothing is allocated when there are none. */
export function pushInvalid(errors: FieldError[], path: FieldPath, value: unknown, messages: readonly string[]): void {
  for (const message of messages) errors.push(invalid(path, value, message));
}

export const IMMUTABLE = 'field is immutable';
