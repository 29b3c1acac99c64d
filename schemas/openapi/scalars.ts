/** Checks of single values, and their canonical forms. Each returns the value to keep, which is nearly always the one it was given. */
import { canonicalQuantity } from '../meta/quantity.js';
import { formatTime } from '../meta/time.js';
import { illegalBase64At } from './base64.js';
import { badTime, parseRfc3339 } from './go-time.js';
import type { ScalarType } from './table.js';
import { wrongType, wrongValue } from './walk.js';

/** Throws StructureError. `goType` is Go's name of the wanted type. */
export type ScalarCheck = (value: unknown, goType: string) => unknown;

const int32Max = 2_147_483_647;
const quantityCacheMax = 2_000;
const quantities = new Map<string, string>();

export const scalarChecks: Readonly<Record<ScalarType, ScalarCheck>> = {
  any: (value) => value,
  string: (value, goType) => (typeof value === 'string' ? value : wrongType(value, goType)),
  boolean: (value, goType) => (typeof value === 'boolean' ? value : wrongType(value, goType)),
  int32: (value, goType) => (isInt32(value) ? value : wrongType(value, goType)),
  int64: (value, goType) => (isInt64(value) ? value : wrongType(value, goType)),
  double: (value, goType) => (typeof value === 'number' || value instanceof Number ? value : wrongType(value, goType)),
  intOrString: (value) => (typeof value === 'string' || isInt32(value) ? value : wrongType(value, 'int32')),
  byte: checkBytes,
  quantity: checkQuantity,
  time: checkTime,
  microTime: checkMicroTime,
};

export const goTypes: Readonly<Record<ScalarType, string>> = {
  any: 'interface {}',
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  intOrString: 'intstr.IntOrString',
  byte: '[]uint8',
  quantity: 'resource.Quantity',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
};

/** What a null among list items or map values becomes. */
export const zeroValues: Readonly<Record<ScalarType, unknown>> = {
  any: null,
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
  intOrString: 0,
  byte: '',
  quantity: '0',
  time: null,
  microTime: null,
};

const isInt32 = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value <= int32Max && value >= -int32Max - 1;

/** Beyond 2^53 only as an ExactNumber, which knows its digits. */
const isInt64 = (value: unknown) =>
  Number.isInteger(value) ||
  (value instanceof Number && /^-?\d+$/.test(JSON.stringify(value)) && inInt64(JSON.stringify(value)));

const inInt64 = (digits: string) => BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);

function checkBytes(value: unknown, goType: string): unknown {
  if (typeof value !== 'string') return wrongType(value, goType);
  if (value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value;
  const text = value.replaceAll(/[\r\n]/g, ''); // Go's decoder skips line ends.
  const at = illegalBase64At(value);
  return at === undefined ? text : wrongValue(`illegal base64 data at input byte ${at}`);
}

function checkQuantity(value: unknown): unknown {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value);
  const known = quantities.get(text);
  if (known !== undefined) return known;
  const canonical = canonicalQuantity(text.trim());
  if (canonical === undefined) return wrongValue(whyNoQuantity(text.trim()));
  if (quantities.size >= quantityCacheMax) quantities.clear();
  if (text.length < 64) quantities.set(text, canonical);
  return canonical;
}

/** Go's parser gives up in this order: at the form, at the suffix, at the digits. */
function whyNoQuantity(text: string): string {
  const parts = /^[+-]?(\d*\.?\d*)([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (!text || !parts)
    return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  if (/\d/.test(parts[1]!)) return "unable to parse quantity's suffix";
  return 'unable to parse numeric part of quantity';
}

function checkTime(value: unknown): unknown {
  if (typeof value !== 'string') return wrongType(value, 'string');
  const ms = parseRfc3339(value);
  if (ms === undefined) return wrongValue(badTime(value, '2006-01-02T15:04:05Z07:00'));
  return value.length === 20 && value.endsWith('Z') ? value : formatTime(ms);
}

function checkMicroTime(value: unknown): unknown {
  if (typeof value !== 'string') return wrongType(value, 'string');
  const layout = '2006-01-02T15:04:05.000000Z07:00';
  const fraction = /^.{19}(\.\d{6})(?!\d)/.exec(value)?.[1];
  const ms = fraction === undefined ? undefined : parseRfc3339(value);
  if (ms === undefined) return wrongValue(badTime(value, layout));
  return value.endsWith('Z') ? value : `${formatTime(ms).slice(0, 19)}${fraction}Z`;
}
