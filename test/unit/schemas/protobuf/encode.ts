/** As much of protobuf's encoding as the tests need to say bytes that kubectl doesn't. */

export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

export const int = (number: number, value: number | bigint) => [...varint(number << 3), ...varint(value)];

/** A string, bytes or message. */
export function bytes(number: number, value: string | readonly number[]): number[] {
  const content = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [...varint((number << 3) | 2), ...varint(content.length), ...content];
}

export const entry = (number: number, key: string, value: string | readonly number[]) =>
  bytes(number, [...bytes(1, key), ...bytes(2, value)]);

/** A whole body around a message. */
export function body(apiVersion: string, kind: string, raw: readonly number[]): Uint8Array {
  const typeMeta = [...bytes(1, apiVersion), ...bytes(2, kind)];
  return Uint8Array.from([0x6b, 0x38, 0x73, 0, ...bytes(1, typeMeta), ...bytes(2, raw)]);
}
