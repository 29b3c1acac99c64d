/**
 * The canonical bytes of an object: UTF-8 JSON, keys in the order kind, apiVersion, metadata, …; stored without resourceVersion, which readers splice in as the
 * first field of metadata. Nobody parses or encodes an object again to give it a resourceVersion.
 */
import type { KubeObject } from './object.js';

/** What comes before metadata's fields: the same for all objects of a kind. */
function canonicalPrefix(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`;
}

/** The bytes to store. The object must have at least a name in its metadata; its resourceVersion is left out. */
export function encodeCanonical(object: KubeObject): Buffer {
  return Buffer.from(canonicalText(object));
}

function canonicalText(object: KubeObject): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _, ...meta } = metadata;
  return JSON.stringify({ kind, apiVersion, metadata: meta, ...rest });
}

/** Where the resourceVersion goes in bytes that `encodeCanonical` made. */
export function spliceOffset(kind: string, apiVersion: string): number {
  return Buffer.byteLength(canonicalPrefix(kind, apiVersion));
}

/** Length of the bytes after `spliceInto`. */
export function splicedLength(bytes: Uint8Array, resourceVersion: string): number {
  return bytes.length + resourceVersion.length + resourceVersionFieldOverhead;
}

const fieldStart = Buffer.from('"resourceVersion":"');
const fieldEnd = Buffer.from('",');
const resourceVersionFieldOverhead = fieldStart.length + fieldEnd.length;

/** Writes the object with its resourceVersion to `target` at `offset`; returns the number of bytes written (`splicedLength`). */
export function spliceInto(
  target: Buffer,
  offset: number,
  bytes: Uint8Array,
  prefixLength: number,
  resourceVersion: string,
): number {
  let at = offset;
  target.set(bytes.subarray(0, prefixLength), at);
  at += prefixLength;
  target.set(fieldStart, at);
  at += fieldStart.length;
  at += target.write(resourceVersion, at, 'latin1');
  target.set(fieldEnd, at);
  at += fieldEnd.length;
  target.set(bytes.subarray(prefixLength), at);
  return at + bytes.length - prefixLength - offset;
}

/** A new buffer with the object and its resourceVersion. */
export function splice(bytes: Uint8Array, prefixLength: number, resourceVersion: string): Buffer {
  const target = Buffer.allocUnsafe(splicedLength(bytes, resourceVersion));
  spliceInto(target, 0, bytes, prefixLength, resourceVersion);
  return target;
}
