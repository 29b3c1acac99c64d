/** Messages of the wire as JSON objects of their types. Each type is compiled to a plan at its first use: what the type table and field-numbers.json say of it. */
import { loadArtefact } from '../openapi/load.js';
import { zeroValues } from '../openapi/scalars.js';
import { type FieldShape, typeNamed } from '../openapi/table.js';
import { setOwn } from '../patch/json-value.js';
import { wireScalars } from './message-scalars.js';
import { wire, WireError, type WireReader } from './wire-reader.js';

type JsonObject = Record<string, unknown>;
/** Reads one occurrence of a field into the object that has it. */
type Take = (reader: WireReader, wireType: number, into: JsonObject) => void;
/** Reads one value, which continues `before` if the same field was there already. */
type ReadValue = (reader: WireReader, before: unknown) => unknown;

interface Plan {
  /** Go's name of the type, for errors. */
  readonly message: string;
  readonly fields: Map<number, Take>;
}

let numbers: Readonly<Record<string, string>> | undefined;
const plans = new Map<string, Plan>();

function numbersOf(schema: string): string | undefined {
  numbers ??= JSON.parse(loadArtefact('field-numbers.json').toString()) as Record<string, string>;
  return Object.hasOwn(numbers, schema) ? numbers[schema] : undefined;
}

/** Whether objects of this type (full definition name) have a form in protobuf: the stable types of Kubernetes do. */
export function hasMessage(schema: string): boolean {
  return numbersOf(schema) !== undefined;
}

/** Reads fields of a type until the reader's bound, into `into`. Unknown fields are passed over. Throws WireError. */
export function readMessage(reader: WireReader, schema: string, into: JsonObject): JsonObject {
  return readFields(reader, planOf(schema), into);
}

function readFields(reader: WireReader, { message, fields }: Plan, into: JsonObject): JsonObject {
  while (!reader.isAtEnd) {
    const { number, type } = reader.tag(message);
    const take = fields.get(number);
    if (take) take(reader, type, into);
    else reader.skip(type);
  }
  return into;
}

function planOf(schema: string): Plan {
  let plan = plans.get(schema);
  if (!plan) {
    plan = compile(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function compile(schema: string): Plan {
  const shapes = typeNamed(schema)?.fields;
  const text = numbersOf(schema);
  if (!shapes || text === undefined) throw new Error(`no message ${schema}`);
  const plan: Plan = { message: schema.slice(schema.lastIndexOf('.') + 1), fields: new Map() };
  const inlined = new Map<string, Plan>();
  for (const entry of text.split(' ').filter(Boolean)) {
    const [name, path] = entry.split('=') as [string, string];
    const steps = path.split('.');
    const holder = inlinedPlan(plan, steps.slice(0, -1), inlined);
    holder.fields.set(Number(steps.at(-1)), takeField(name, shapes[name]!));
  }
  return plan;
}

/** The plan of a message that JSON has no name for, whose fields belong to the object around it. */
function inlinedPlan(root: Plan, steps: readonly string[], inlined: Map<string, Plan>): Plan {
  if (steps.length === 0) return root;
  const key = steps.join('.');
  let plan = inlined.get(key);
  if (!plan) {
    const added: Plan = { message: root.message, fields: new Map() };
    const read: Take = (reader, wireType, into) => {
      expectWire(wireType, wire.bytes, root.message);
      reader.within(() => readFields(reader, added, into));
    };
    inlinedPlan(root, steps.slice(0, -1), inlined).fields.set(Number(steps.at(-1)), read);
    inlined.set(key, added);
    plan = added;
  }
  return plan;
}

function takeField(name: string, field: FieldShape): Take {
  if (field.shape === 'list') return takeItem(name, field);
  if (field.shape) return takeEntry(name, field);
  const { wireType: wanted, read } = valueOf(field);
  return (reader, wireType, into) => {
    expectWire(wireType, wanted, name);
    const value = read(reader, into[name]);
    if (value !== undefined) into[name] = value;
  };
}

function takeItem(name: string, field: FieldShape): Take {
  const { wireType: wanted, read } = valueOf(field);
  return (reader, wireType, into) => {
    const list = (into[name] ??= []) as unknown[];
    if (wireType === wanted) list.push(read(reader, undefined) ?? null);
    else if (wireType === wire.bytes) {
      reader.within(() => {
        while (!reader.isAtEnd) list.push(read(reader, undefined)); // Numbers may come packed.
      });
    } else expectWire(wireType, wanted, name);
  };
}

function takeEntry(name: string, field: FieldShape): Take {
  const { wireType: wanted, read } =
    field.shape === 'mapOfLists' ? { wireType: wire.bytes, read: readItems } : valueOf(field);
  const zero = () => (field.shape === 'mapOfLists' ? [] : field.ref ? {} : zeroValues[field.type ?? 'any']);
  return (reader, wireType, into) => {
    expectWire(wireType, wire.bytes, name);
    let key = '';
    let value: unknown;
    reader.within(() => {
      while (!reader.isAtEnd) {
        const { number, type } = reader.tag(name);
        if (number === 1) {
          expectWire(type, wire.bytes, name);
          key = reader.string();
        } else if (number === 2) {
          expectWire(type, wanted, name);
          value = read(reader, value);
        } else reader.skip(type);
      }
    });
    setOwn((into[name] ??= {}) as JsonObject, key, value ?? zero());
  };
}

/** A list among a map's values: a message of its own, whose field 1 has the items. All of these are strings. */
function readItems(reader: WireReader, before: unknown): string[] {
  const items = (before ?? []) as string[];
  reader.within(() => {
    while (!reader.isAtEnd) {
      const { number, type } = reader.tag('ExtraValue');
      if (number !== 1) reader.skip(type);
      else {
        expectWire(type, wire.bytes, 'Items');
        items.push(reader.string());
      }
    }
  });
  return items;
}

function valueOf({ ref, type }: FieldShape): { wireType: number; read: ReadValue } {
  if (!ref) return wireScalars[type ?? 'any'];
  const read: ReadValue = (reader, before) =>
    reader.within(() => readFields(reader, planOf(ref), (before ?? {}) as JsonObject));
  return { wireType: wire.bytes, read };
}

/** Go names the field; that is the JSON name with a capital, but for a few initials. */
function expectWire(wireType: number, wanted: number, name: string): void {
  if (wireType === wanted) return;
  const goName = name.charAt(0).toUpperCase() + name.slice(1);
  throw new WireError(`proto: wrong wireType = ${wireType} for field ${goName}`);
}
