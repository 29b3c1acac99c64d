/**
 * Checks an object against its type: what Go's decoder and encoder would do to it. Unknown fields and nulls go, empty values go where Kubernetes
 * omits them, quantities and times become canonical. Each type is compiled to closures at its first use; nothing is allocated for an object that
 * is as it should be.
 */
import type { FieldValidation } from '../messages/resource.js';
import { goTypes, scalarChecks, zeroValues } from './scalars.js';
import { type FieldShape, typeNamed } from './table.js';
import {
  enterStruct,
  foundUnknown,
  pop,
  push,
  pushKey,
  StructureError,
  startWalk,
  unknownFound,
  wrongType,
} from './walk.js';

export interface StructureReport {
  /** Paths of unknown fields, in the object's order, at most 100; empty with `Ignore`. They have been removed in every mode. */
  unknown: string[];
  /** The first wrong type or value, in Go's words (`json: cannot unmarshal string into …`). The object is then as it was. */
  error?: string;
}

const nothing: StructureReport = { unknown: [] };

/**
 * Changes the object itself, but nothing inside it: what must change there is copied first, so parts that it shares with others stay theirs.
 * Repeatable: a second call changes nothing. Throws if the table has no such type.
 */
export function checkStructure(object: unknown, schema: string, mode: FieldValidation): StructureReport {
  const check = checkOf(schema);
  startWalk(mode !== 'Ignore');
  try {
    settle(object, check(object));
  } catch (error) {
    if (error instanceof StructureError) return { unknown: [], error: error.message };
    if (error instanceof RangeError) return { unknown: [], error: 'exceeded max depth' }; // Types that contain themselves.
    throw error;
  }
  const unknown = unknownFound();
  return unknown.length ? { unknown } : nothing;
}

/** Gives the root the fields of its checked copy. */
function settle(object: unknown, checked: unknown): void {
  if (checked === object) return;
  const [into, from] = [object as JsonObject, checked as JsonObject];
  for (const name in into) if (!Object.hasOwn(from, name)) delete into[name];
  Object.assign(into, from);
}

/** Returns the value to keep, which is another one if anything in it had to change; `undefined` for one that Kubernetes would omit. Never sees null. */
type Check = (value: unknown) => unknown;
type JsonObject = Record<string, unknown>;

const compiled = new Map<string, Check>();

function checkOf(schema: string): Check {
  const known = compiled.get(schema);
  if (known) return known;
  const shape = typeNamed(schema);
  if (!shape) throw new Error(`no type ${schema} in the table`);
  const fields = new Map<string, Check>();
  const check = objectCheck(fields, schema);
  compiled.set(schema, check); // Before the fields: a type may contain itself.
  for (const [name, field] of Object.entries(shape.fields)) fields.set(name, fieldCheck(field));
  return check;
}

function objectCheck(fields: ReadonlyMap<string, Check>, schema: string): Check {
  const goType = schema.split('.').slice(-2).join('.');
  const goName = goType.slice(goType.indexOf('.') + 1);
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) return wrongType(value, goType);
    const object = value as JsonObject;
    let kept = object;
    for (const name in object) {
      const check = fields.get(name);
      const before = object[name];
      let after: unknown;
      if (check === undefined) foundUnknown(name);
      else if (before !== null && before !== undefined) {
        enterStruct(goName);
        push(name);
        after = check(before);
        pop();
      }
      if (kept === object) {
        if (after === before && after !== undefined) continue;
        kept = fieldsBefore(name, object);
      }
      if (after !== undefined) kept[name] = after;
    }
    return kept;
  };
}

/** Built anew without what goes: deleting a property would make the object slow to read and to encode for as long as it lives. */
function fieldsBefore(end: string, object: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const name in object) {
    if (name === end) break;
    copy[name] = object[name];
  }
  return copy;
}

function fieldCheck(field: FieldShape): Check {
  const item = itemCheck(field);
  if (field.shape === 'list') return listCheck(item, field);
  if (field.shape === 'map') return mapCheck(item, field);
  if (field.shape === 'mapOfLists')
    return mapCheck(listCheck(item, { ...field, shape: 'list', dropZero: undefined }), field);
  return field.dropZero
    ? (value) => (value === '' || value === 0 || value === false ? dropped(item(value)) : item(value))
    : item;
}

/** A zero of another type than the wanted one was refused by the check before. */
const dropped = (_checked: unknown) => undefined;

/** Of a plain value, a list's items or a map's values. */
function itemCheck(field: FieldShape): Check {
  const { ref } = field;
  if (ref) return later(ref);
  const type = field.type ?? 'any';
  const check = scalarChecks[type];
  const goType = field.goType && !field.goType.startsWith('=') ? field.goType : goTypes[type];
  return (value) => check(value, goType);
}

/** Types are compiled at their first use, not with the type that mentions them. */
function later(schema: string): Check {
  let check: Check = (value) => {
    check = checkOf(schema);
    return check(value);
  };
  return (value) => check(value);
}

/** What a null among items or values becomes. */
const zeroOf = (field: FieldShape) =>
  field.shape === 'mapOfLists' ? [] : field.ref ? {} : zeroValues[field.type ?? 'any'];

function goItemType(field: FieldShape): string {
  if (field.ref) return field.ref.split('.').slice(-2).join('.');
  return field.goType ?? goTypes[field.type ?? 'any'];
}

const goTypeOf = (field: FieldShape, prefix: string) =>
  field.goType?.startsWith('=') ? field.goType.slice(1) : `${prefix}${goItemType(field)}`;

function listCheck(item: Check, field: FieldShape): Check {
  const goType = goTypeOf(field, '[]');
  return (value) => {
    if (!Array.isArray(value)) return wrongType(value, goType);
    let kept: unknown[] = value;
    for (let at = 0; at < value.length; at++) {
      const before: unknown = value[at];
      push(at);
      const after = before === null ? zeroOf(field) : item(before);
      pop();
      if (after === before) continue;
      if (kept === value) kept = value.slice();
      kept[at] = after;
    }
    return kept.length === 0 && field.dropZero ? undefined : kept;
  };
}

function mapCheck(item: Check, field: FieldShape): Check {
  const goType = goTypeOf(field, 'map[string]');
  const deep = field.ref !== undefined;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) return wrongType(value, goType);
    const map = value as JsonObject;
    let kept = map;
    let empty = true;
    for (const key in map) {
      empty = false;
      const before = map[key];
      if (deep) pushKey(key);
      const after = before === null ? zeroOf(field) : item(before);
      if (deep) pop();
      if (after === before) continue;
      if (kept === map) kept = { ...map };
      kept[key] = after;
    }
    return empty && field.dropZero ? undefined : kept;
  };
}
