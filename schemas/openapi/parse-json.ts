/** JSON bytes to a value without losing what JSON.parse loses: duplicate keys and long literals. */
import { parseSlowly, type SlowlyParsed } from './slow-json.js';

const digitsMax = 15; // Every literal of so many digits is exact in a double.
const none: string[] = [];

/** Throws JsonSyntaxError. One pass over the bytes beside JSON.parse; the slow parser runs only where that pass says so. */
export function parseJson(bytes: Uint8Array): SlowlyParsed {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const colons = countColons(bytes);
  try {
    const value = JSON.parse(text) as unknown;
    if (colons >= 0 && countKeys(value) === colons) return { value, duplicates: none };
  } catch {
    // Malformed, or too deep to count: the slow parser knows the words.
  }
  return parseSlowly(text);
}

/** Colons outside strings; -1 as soon as a number has more digits than a double holds. */
function countColons(bytes: Uint8Array): number {
  let colons = 0;
  let digits = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > digitsMax) return -1;
      continue;
    }
    digits = 0;
    if (byte === 0x22) at = endOfString(bytes, at + 1);
    else if (byte === 0x3a) colons++;
  }
  return colons;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
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
