/** Request bodies, by their media type. */
import type { FieldValidation } from '../schemas/messages/resource.js';
import { type Decoded, decodeObject, decodeYaml } from '../schemas/openapi/decode.js';
import type { ApiRequest } from './api-request.js';
import { hasMessage } from '../schemas/protobuf/message-plan.js';
import { decodeProtobuf } from '../schemas/protobuf/decode.js';
import { UnsupportedMediaTypeError } from './http-errors.js';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const ACCEPTED = ['application/json', 'application/yaml'];
const NO_BYTES = new Uint8Array(0);

/** The media type without parameters, in lower case; '' where absent. */
export function mediaTypeOf(request: ApiRequest): string {
  const header = request.headers['content-type'];
  if (typeof header !== 'string') return '';
  if (header === 'application/json') return header;
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}

/** Decodes a body as a type (full definition name). Throws UnsupportedMediaTypeError, and BadRequestError for what can't be read. */
export function decodeBody(request: ApiRequest, schema: string, mode: FieldValidation): Decoded {
  const bytes = request.body ?? NO_BYTES;
  const type = mediaTypeOf(request);
  if (type === 'application/json' || type === '' || type === 'text/plain') return decodeObject(bytes, schema, mode);
  if (type === 'application/yaml') return decodeYaml(bytes, schema, mode);
  const hasProtobuf = hasMessage(schema); // Custom types have no form in it.
  if (type === PROTOBUF && hasProtobuf) return decodeProtobuf(bytes, schema, mode);
  throw new UnsupportedMediaTypeError(hasProtobuf ? [...ACCEPTED, PROTOBUF] : ACCEPTED);
}
