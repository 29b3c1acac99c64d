/** The v2 document in protobuf (gnostic's `openapi.v2.Document`), which kubectl asks for when it checks a `kind: List`. Build step only. */

// biome-ignore lint/suspicious/noExplicitAny: a document as parsed from JSON
type Value = any;
type Encode = (value: Value) => Buffer;
/** By the JSON name of a member: its field number and how its value is written. */
type Plan = Readonly<Record<string, readonly [field: number, encode: Encode]>>;

const LENGTH_DELIMITED = 2;

/** Operations are cut short to what clients read: media types, parameters, extensions. */
export function documentProtobuf(document: Value): Buffer {
  const info = message({ title: [1, text], version: [2, text] });
  return members({ swagger: [1, text], info: [2, info], paths: [8, paths], definitions: [9, schemas] }, document);
}

const text: Encode = (value: string) => field(Buffer.from(value));
const flag: Encode = (value: boolean) => Buffer.from([value ? 1 : 0]);
/** Values of no fixed type travel as YAML, which JSON is. */
const any: Encode = (value) => field(tagged(2, text(JSON.stringify(value))));

function message(plan: Plan, extensions?: number): Encode {
  return (value) => field(members(plan, value, extensions));
}

function members(plan: Plan, value: Value, extensions?: number): Buffer {
  const parts = Object.entries(value).flatMap(([name, member]) => {
    const [number, encode] = Object.hasOwn(plan, name) ? plan[name]! : [];
    if (number !== undefined && encode)
      return [member]
        .flat()
        .map((one: Value) => (encode === flag ? boolean(number, one) : tagged(number, encode(one))));
    return extensions !== undefined && name.startsWith('x-') ? [tagged(extensions, named(name, any(member)))] : [];
  });
  return Buffer.concat(parts);
}

/** A map travels as a list of (name, value). */
function named(name: string, value: Buffer): Buffer {
  return field(Buffer.concat([tagged(1, text(name)), tagged(2, value)]));
}

const mapOf =
  (number: number, encode: Encode): Encode =>
  (value) =>
    field(Buffer.concat(Object.entries(value).map(([name, member]) => tagged(number, named(name, encode(member))))));

const wrapped =
  (number: number, encode: Encode): Encode =>
  (value) =>
    field(tagged(number, encode(value)));

const schema: Encode = (value) => message(schemaPlan, 31)(value);
const schemas = mapOf(1, schema);
const additional: Encode = (value) => field(typeof value === 'boolean' ? boolean(2, value) : tagged(1, schema(value)));
const schemaPlan: Plan = {
  $ref: [1, text],
  format: [2, text],
  description: [4, text],
  default: [5, any],
  required: [19, text],
  enum: [20, any],
  additionalProperties: [21, additional],
  type: [22, wrapped(1, text)],
  items: [23, wrapped(1, schema)],
  properties: [25, schemas],
};

const bodyParameter = message({
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, schema],
});
const common: Plan = { required: [1, flag], in: [2, text], description: [3, text], name: [4, text] };
const queryParameter = message({ ...common, type: [6, text], uniqueItems: [20, flag] });
const pathParameter = message({ ...common, type: [5, text], uniqueItems: [19, flag] });
const parameter: Encode = (value) => {
  if (value.in === 'body') return wrapped(1, wrapped(1, bodyParameter))(value);
  const plain = value.in === 'path' ? wrapped(4, pathParameter) : wrapped(3, queryParameter);
  return wrapped(1, wrapped(2, plain))(value);
};

const operation = message(
  { tags: [1, text], operationId: [5, text], produces: [6, text], consumes: [7, text], parameters: [8, parameter] },
  13,
);
const pathItem = message(
  {
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    patch: [8, operation],
    parameters: [9, parameter],
  },
  10,
);
const paths = mapOf(2, pathItem);

function tagged(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | LENGTH_DELIMITED), content]);
}

function boolean(number: number, value: boolean): Buffer {
  return Buffer.concat([varint(number << 3), flag(value)]);
}

function field(content: Buffer): Buffer {
  return Buffer.concat([varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
