/** Where a structural check is, and what it found. One walk at a time: the check is synchronous, so one place for it saves all allocation. */

/** A wrong value; the message is Go's. Ends the walk. */
export class StructureError extends Error {}

/** A map's key on the way: part of an unknown field's path, but not of a type error's. */
class MapKey {
  constructor(readonly key: string) {}
}

const unknownMax = 100; // As Kubernetes' decoder: the rest is not reported.

let path: (string | number | MapKey)[] = [];
let unknown: string[] | undefined;
let struct = '';

/** `collect`: whether paths of unknown fields are wanted, or only their removal. */
export function startWalk(collect: boolean): void {
  path = [];
  unknown = collect ? [] : undefined;
  struct = '';
}

/** Go's name of the struct whose field is about to be looked at. */
export function enterStruct(goName: string): void {
  struct = goName;
}

export function push(step: string | number): void {
  path.push(step);
}

export function pushKey(key: string): void {
  path.push(new MapKey(key));
}

export function pop(): void {
  path.pop();
}

export function foundUnknown(name: string): void {
  if (!unknown || unknown.length >= unknownMax) return;
  const before = pathText();
  unknown.push(before ? `${before}.${name}` : name);
}

export function unknownFound(): string[] {
  return unknown ?? [];
}

/** As in `spec.containers[0].foo`. */
function pathText(): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text ? '.' : ''}${typeof step === 'string' ? step : step.key}`;
  }
  return text;
}

/** Throws what Go's decoder says of `value` where a `goType` belongs. */
export function wrongType(value: unknown, goType: string): never {
  const fields = path.filter((step) => typeof step === 'string').join('.');
  const where = struct || fields ? `struct field ${struct}.${fields}` : 'value';
  throw new StructureError(`json: cannot unmarshal ${describe(value, goType)} into Go ${where} of type ${goType}`);
}

/** Throws a message that Go's decoders give without saying where. */
export function wrongValue(message: string): never {
  throw new StructureError(message);
}

function describe(value: unknown, goType: string): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || value instanceof Number)
    return /^(int|float)\d*$/.test(goType) ? `number ${numberText(value)}` : 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

const numberText = (value: unknown) => (typeof value === 'number' ? String(value) : JSON.stringify(value));
