/** As much of DER as certificates need: encoders that give finished elements. */
const UNIVERSAL = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
};
const SEQUENCE = 0x30;
const SET = 0x31;

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.from([count]);
  const bytes: number[] = [];
  for (let rest = count; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

export const sequence = (...items: readonly Uint8Array[]) => element(SEQUENCE, ...items);
export const setOf = (...items: readonly Uint8Array[]) => element(SET, ...items);
export const octetString = (bytes: Uint8Array) => element(UNIVERSAL.octetString, bytes);
export const utf8String = (text: string) => element(UNIVERSAL.utf8, Buffer.from(text));
export const boolean = (value: boolean) => element(UNIVERSAL.boolean, Buffer.from([value ? 0xff : 0]));
/** Context-specific: `[number]`, constructed where it wraps other elements. */
export const tagged = (number: number, isConstructed: boolean, ...content: readonly Uint8Array[]) =>
  element(0x80 | (isConstructed ? 0x20 : 0) | number, ...content);

/** Non-negative, big-endian. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  const needsZero = (digits[0] as number) >= 0x80;
  return element(UNIVERSAL.integer, needsZero ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return element(UNIVERSAL.bitString, Buffer.from([unusedBits]), bytes);
}

/** From dotted text. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80);
    bytes.push(...digits);
  }
  return element(UNIVERSAL.oid, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 asks. */
export function time(epochMs: number): Buffer {
  const digits = `${new Date(epochMs).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  const isLate = Number(digits.slice(0, 4)) >= 2050;
  return element(
    isLate ? UNIVERSAL.generalizedTime : UNIVERSAL.utcTime,
    Buffer.from(isLate ? digits : digits.slice(2)),
  );
}
