/** Single values of the wire as JSON has them, by the scalar types of the type table. */
import { ExactNumber } from '../openapi/exact-number.js';
import { parseJson } from '../openapi/parse-json.js';
import type { ScalarType } from '../openapi/table.js';
import { JsonSyntaxError } from '../openapi/slow-json.js';
import { formatTime } from '../meta/time.js';
import { wire, WireError, type WireReader } from './wire-reader.js';

export interface WireScalar {
  /** What the tag of such a value must say. */
  readonly wireType: number;
  /** `undefined` for what Go encodes as null. Throws WireError. */
  readonly read: (reader: WireReader) => unknown;
}

const varint = (read: WireScalar['read']): WireScalar => ({ wireType: wire.varint, read });
const bytes = (read: WireScalar['read']): WireScalar => ({ wireType: wire.bytes, read });

export const wireScalars: Readonly<Record<ScalarType, WireScalar>> = {
  string: bytes((reader) => reader.string()),
  byte: bytes((reader) => reader.base64()),
  boolean: varint((reader) => reader.boolean()),
  int32: varint((reader) => reader.int32()),
  int64: varint(int64),
  double: { wireType: wire.fixed64, read: (reader) => reader.double() },
  quantity: bytes((reader) => quantity(reader)),
  intOrString: bytes(intOrString),
  time: bytes((reader) => time(reader, 0)),
  microTime: bytes((reader) => time(reader, 6)),
  any: bytes(anyJson),
};

function int64(reader: WireReader): number | ExactNumber {
  const value = reader.int64();
  return typeof value === 'number' ? value : new ExactNumber(String(value));
}

/** Calls back with the number and wire type of each field of a small message; where that reads nothing, the value is passed over. */
function eachField(reader: WireReader, message: string, take: (number: number, type: number) => boolean): void {
  reader.within(() => {
    while (!reader.isAtEnd) {
      const { number, type } = reader.tag(message);
      if (!take(number, type)) reader.skip(type);
    }
  });
}

function expectWire(type: number, wanted: number, field: string): void {
  if (type !== wanted) throw new WireError(`proto: wrong wireType = ${type} for field ${field}`);
}

function quantity(reader: WireReader): string {
  let text = '';
  eachField(reader, 'Quantity', (number, type) => {
    if (number !== 1) return false;
    expectWire(type, wire.bytes, 'String_');
    text = reader.string();
    return true;
  });
  return text || '0';
}

function intOrString(reader: WireReader): number | string {
  let isString = false;
  let int = 0;
  let text = '';
  eachField(reader, 'IntOrString', (number, type) => {
    if (number < 1 || number > 3) return false;
    expectWire(type, number === 3 ? wire.bytes : wire.varint, ['Type', 'IntVal', 'StrVal'][number - 1]!);
    if (number === 1) isString = reader.int32() === 1;
    else if (number === 2) int = reader.int32();
    else text = reader.string();
    return true;
  });
  return isString ? text : int;
}

/** The years that RFC 3339 can write, 1 to 9999, in seconds. */
const [secondsMin, secondsMax] = [-62_135_596_800, 253_402_300_799];

/** An empty message is no time. `digits` of the fraction are kept. */
function time(reader: WireReader, digits: 0 | 6): string | undefined {
  let isEmpty = true;
  let seconds: number | bigint = 0;
  let nanos = 0;
  eachField(reader, 'Timestamp', (number, type) => {
    isEmpty = false;
    if (number !== 1 && number !== 2) return false;
    expectWire(type, wire.varint, number === 1 ? 'Seconds' : 'Nanos');
    if (number === 1) seconds = reader.int64();
    else nanos = reader.int32();
    return true;
  });
  if (isEmpty) return undefined;
  const extra = digits === 0 ? 0 : Math.floor(nanos / 1e9);
  const whole = Number(seconds) + extra;
  if (whole < secondsMin || whole > secondsMax) throw new WireError('Time.MarshalJSON: year outside of range [0,9999]');
  const text = formatTime(whole * 1000);
  if (digits === 0) return text;
  const micros = String(Math.trunc((nanos - extra * 1e9) / 1000)).padStart(digits, '0');
  return `${text.slice(0, -1)}.${micros}Z`;
}

/** RawExtension and FieldsV1: JSON inside of a message. */
function anyJson(reader: WireReader): unknown {
  let value: unknown;
  eachField(reader, 'RawExtension', (number, type) => {
    if (number !== 1) return false;
    expectWire(type, wire.bytes, 'Raw');
    value = jsonOf(reader.bytes());
    return true;
  });
  return value;
}

function jsonOf(text: Uint8Array): unknown {
  if (text.length === 0) return undefined;
  try {
    return parseJson(text).value ?? undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new WireError(error.message);
    throw error;
  }
}
