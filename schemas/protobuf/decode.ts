/** Request bodies of `application/vnd.kubernetes.protobuf` to objects: the same that the JSON of the same Go value would have given. */
import { cannotBeHandled, checked, type Decoded, unrecognized, withTypeMeta } from '../openapi/decode.js';
import type { FieldValidation } from '../messages/resource.js';
import { readMessage } from './message-plan.js';
import { wire, WireError, WireReader } from './wire-reader.js';

/** `k8s` and a zero byte: what every such body begins with. */
const magic = [0x6b, 0x38, 0x73, 0];
const noBytes = new Uint8Array(0);

/** runtime.Unknown: the envelope. */
interface Envelope {
  readonly typeMeta: { apiVersion?: string; kind?: string };
  readonly raw: Uint8Array;
}

/**
 * `schema` is the full definition name of a type that hasMessage(). Throws BadRequestError for what can't be read or is of another type. Protobuf has no field
 * names, so nothing is ever unknown or duplicate, and `mode` only decides as for JSON.
 */
export function decodeProtobuf(bytes: Uint8Array, schema: string, mode: FieldValidation): Decoded {
  const { typeMeta, raw } = envelopeOf(bytes, schema);
  const object = withTypeMeta({ ...typeMeta }, schema); // Before the fields: another kind's bytes would make no sense.
  try {
    const value = readMessage(new WireReader(raw), schema, object);
    return checked({ value, duplicates: [] }, schema, mode, () => []);
  } catch (error) {
    if (error instanceof WireError) throw cannotBeHandled(object, schema, error.message);
    throw error;
  }
}

function envelopeOf(bytes: Uint8Array, schema: string): Envelope {
  if (bytes.length === 0) throw unrecognized(bytes, schema, 'empty data');
  if (magic.some((byte, index) => bytes[index] !== byte))
    throw unrecognized(
      bytes,
      schema,
      `provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`,
    );
  if (bytes.length === magic.length) throw unrecognized(bytes, schema, 'empty body');
  try {
    return readEnvelope(new WireReader(bytes.subarray(magic.length)));
  } catch (error) {
    if (error instanceof WireError) throw unrecognized(bytes, schema, error.message);
    throw error;
  }
}

function readEnvelope(reader: WireReader): Envelope {
  const typeMeta: Envelope['typeMeta'] = {};
  let raw = noBytes;
  while (!reader.isAtEnd) {
    const { number, type } = reader.tag('Unknown');
    if ((number === 1 || number === 2) && type !== wire.bytes)
      throw new WireError(`proto: wrong wireType = ${type} for field ${number === 1 ? 'TypeMeta' : 'Raw'}`);
    if (number === 1) reader.within(() => readTypeMeta(reader, typeMeta));
    else if (number === 2) raw = reader.bytes() as typeof noBytes;
    else reader.skip(type);
  }
  return { typeMeta, raw };
}

/** Empty ones are left out: they say nothing. */
function readTypeMeta(reader: WireReader, into: Envelope['typeMeta']): void {
  while (!reader.isAtEnd) {
    const { number, type } = reader.tag('TypeMeta');
    if (number > 2) reader.skip(type);
    else if (type !== wire.bytes)
      throw new WireError(`proto: wrong wireType = ${type} for field ${number === 1 ? 'APIVersion' : 'Kind'}`);
    else into[number === 1 ? 'apiVersion' : 'kind'] = reader.string() || undefined;
  }
}
