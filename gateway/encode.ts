/** From canonical JSON bytes, or a value, to what was negotiated. */
import type { BodyResponse, ResponseHeaders } from './api-request.js';
import type { Negotiated } from './negotiation.js';
import { bytesResponse, JSON_TYPE } from './respond.js';

function joined(body: Uint8Array | readonly Uint8Array[]): Buffer {
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.concat(body as Uint8Array[]);
}

/** JSON goes out as it is; YAML and indented JSON are made from it (rare, for people). */
export async function encoded(
  status: number,
  json: Uint8Array | readonly Uint8Array[],
  negotiated: Negotiated,
  headers?: ResponseHeaders,
): Promise<BodyResponse> {
  if (negotiated.encoding === 'json' && !negotiated.pretty) return bytesResponse(status, json, JSON_TYPE, headers);
  const value: unknown = JSON.parse(joined(json).toString());
  if (negotiated.encoding === 'yaml') {
    const { stringify } = await import('yaml'); // Heavy, and seldom asked for.
    const text = stringify(value, { schema: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false });
    return bytesResponse(status, Buffer.from(text), 'application/yaml', headers);
  }
  return bytesResponse(status, Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`), JSON_TYPE, headers);
}
