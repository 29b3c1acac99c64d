/** JSON bytes to a value without losing what JSON.parse loses: duplicate keys and long literals. */
import { parseSlowly, type SlowlyParsed } from './slow-json.js';

const digitsMax = 15; // Every literal of so many digits is exact in a double.
const nearMax = 48;
const [quote, colon, backslash] = [0x22, 0x3a, 0x5c];
const none: string[] = [];

/** Throws JsonSyntaxError. One pass over the bytes beside JSON.parse; the slow parser runs only where that pass says so. */
export function parseJson(bytes: Uint8Array): SlowlyParsed {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString();
  const colons = countColons(buffer);
  try {
    const value = JSON.parse(text) as unknown;
    if (colons >= 0 && countKeys(value) === colons) return { value, duplicates: none };
  } catch {
    // Malformed, or too deep to count: the slow parser knows the words.
  }
  return parseSlowly(text);
}

/** Colons outside strings; -1 as soon as a number has more digits than a double holds. */
function countColons(bytes: Buffer): number {
  let colons = 0;
  let digits = 0;
  let escape = bytes.indexOf(backslash);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > digitsMax) return -1;
      continue;
    }
    digits = 0;
    if (byte === colon) colons++;
    else if (byte === quote) {
      if (escape >= 0 && escape < at) escape = bytes.indexOf(backslash, at);
      at = endOfString(bytes, at + 1, escape < 0 ? bytes.length : escape);
    }
  }
  return colons;
}

/** `start` is after the opening quote, `escape` the next backslash. The native search is for long strings: for a short one its call costs more. */
function endOfString(bytes: Buffer, start: number, escape: number): number {
  let at = start;
  const near = Math.min(at + nearMax, bytes.length);
  while (at < near && bytes[at] !== quote && bytes[at] !== backslash) at++;
  if (at === near && at < escape) {
    const end = bytes.indexOf(quote, at);
    at = end < 0 ? bytes.length : Math.min(end, escape);
  }
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countKeys(item);
    return keys;
  }
  for (const key in value) keys += 1 + countKeys((value as Record<string, unknown>)[key]);
  return keys;
}
