/** JSON patch (RFC 6902). The operations see each other's results; the input is never changed. */
import { BadRequestError } from '../errors.js';
import { deepEqual } from '../meta/deep-equal.js';
import { api } from '../limits.js';
import { isJsonObject, setOwn, valueAt } from './json-value.js';
import { goTypeOf } from './merge-patch.js';
import { PatchTooLargeError, UnprocessablePatchError } from './patch-errors.js';

/** kube-apiserver's limit. It bounds the work of one request. */
export const JSON_PATCH_OPERATIONS_MAX = api.jsonPatchOperationsMax;

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

const ABSENT = Symbol('absent');

function pointer(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new UnprocessablePatchError(`doc is missing path: "${path}": missing value`);
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function indexIn(list: readonly unknown[], token: string, max: number): number {
  const index = /^-?(0|[1-9]\d{0,9})$/.test(token) ? Number(token) : Number.NaN;
  const actual = index < 0 ? index + max + 1 : index; // Negative indices count from the end, as upstream's library does.
  if (!(actual >= 0 && actual <= max)) {
    throw new UnprocessablePatchError(
      `Unable to access invalid index: ${token}: invalid index referenced (${list.length})`,
    );
  }
  return actual;
}

function childOf(parent: unknown, token: string): unknown {
  if (Array.isArray(parent)) {
    return parent.length === 0 || token === '-' ? ABSENT : parent[indexIn(parent, token, parent.length - 1)];
  }
  return isJsonObject(parent) && Object.hasOwn(parent, token) ? valueAt(parent, token) : ABSENT;
}

function find(document: unknown, path: string): unknown {
  let value = document;
  for (const token of pointer(path)) {
    value = childOf(value, token);
    if (value === ABSENT) return ABSENT;
  }
  return value;
}

type Container = unknown[] | Record<string, unknown>;
type Change = (container: Container, token: string) => void;

function setIn(container: Container, token: string, value: unknown): void {
  if (Array.isArray(container)) container[indexIn(container, token, container.length - 1)] = value;
  else setOwn(container, token, value);
}

/** The document of one patch. Containers are copied at their first change only, so that many operations on a big one stay cheap. */
class PatchedDocument {
  /** Made by this patch and referred to from one place: may be changed in place. */
  readonly #own = new WeakSet<object>();
  root: unknown;

  constructor(root: unknown) {
    this.root = root;
  }

  change({ op, path }: Pick<Operation, 'op' | 'path'>, change: Change): void {
    const tokens = pointer(path);
    const last = tokens.pop();
    const missing = `${op} operation does not apply: doc is missing path: "${path}": missing value`;
    if (last === undefined) throw new UnprocessablePatchError(missing);
    let container = this.#writable(this.root, missing);
    this.root = container;
    for (const token of tokens) {
      const child = this.#writable(childOf(container, token), missing);
      setIn(container, token, child);
      container = child;
    }
    change(container, last);
  }

  #writable(value: unknown, missing: string): Container {
    if (!Array.isArray(value) && !isJsonObject(value)) throw new UnprocessablePatchError(missing);
    if (this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }
}

function add(document: PatchedDocument, operation: Operation, value: unknown): void {
  document.change(operation, (container, token) => {
    if (!Array.isArray(container)) setOwn(container, token, value);
    else if (token === '-') container.push(value);
    else container.splice(indexIn(container, token, container.length), 0, value);
  });
}

function remove(document: PatchedDocument, operation: Pick<Operation, 'op' | 'path'>): void {
  document.change(operation, (container, token) => {
    if (Array.isArray(container)) container.splice(indexIn(container, token, container.length - 1), 1);
    else if (Object.hasOwn(container, token)) delete container[token];
    else throw new UnprocessablePatchError(`Unable to remove nonexistent key: ${token}: missing value`);
  });
}

function replace(document: PatchedDocument, operation: Operation): void {
  document.change(operation, (container, token) => {
    if (childOf(container, token) === ABSENT) {
      const { path } = operation;
      throw new UnprocessablePatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    }
    setIn(container, token, operation.value);
  });
}

function source(document: unknown, { op, from = '' }: Operation): unknown {
  const value = find(document, from);
  if (value === ABSENT) {
    throw new UnprocessablePatchError(
      `${op} operation does not apply: doc is missing from path: ${from}: missing value`,
    );
  }
  return value;
}

function test(document: unknown, { path, value }: Operation): void {
  const actual = find(document, path);
  // Upstream treats an absent value and null alike.
  if (deepEqual(actual === ABSENT ? null : actual, value ?? null)) return;
  throw new UnprocessablePatchError(`testing value ${path} failed: test failed`);
}

function decodeOperations(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    throw new BadRequestError(`json: cannot unmarshal ${goTypeOf(patch)} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > JSON_PATCH_OPERATIONS_MAX) {
    const limit = `The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS_MAX}`;
    throw new PatchTooLargeError(`${limit}, got ${patch.length}`);
  }
  for (const operation of patch) {
    if (isJsonObject(operation)) continue;
    throw new BadRequestError(
      `json: cannot unmarshal ${goTypeOf(operation)} into Go value of type jsonpatch.Operation`,
    );
  }
  return patch as Operation[];
}

class JsonPatcher {
  readonly #document: PatchedDocument;
  #copied = 0;

  constructor(root: unknown) {
    this.#document = new PatchedDocument(root);
  }

  get result(): unknown {
    return this.#document.root;
  }

  apply(operation: Operation): void {
    const document = this.#document;
    if (typeof operation.path !== 'string') {
      throw new UnprocessablePatchError(`${operation.op} operation failed to decode path: missing value`);
    }
    switch (operation.op) {
      case 'add':
        return add(document, operation, operation.value ?? null);
      case 'remove':
        return remove(document, operation);
      case 'replace':
        return replace(document, { ...operation, value: operation.value ?? null });
      case 'move': {
        const value = source(document.root, operation);
        remove(document, { op: 'move', path: operation.from ?? '' });
        return add(document, operation, value);
      }
      case 'copy':
        return add(document, operation, this.#cloned(source(document.root, operation)));
      case 'test':
        return test(document.root, operation);
      default:
        throw new UnprocessablePatchError(`Unexpected kind: ${operation.op}`);
    }
  }

  /** A copy of its own, since containers of this patch are changed in place. */
  #cloned(value: unknown): unknown {
    const json = JSON.stringify(value);
    this.#copied += json.length;
    if (this.#copied <= api.jsonPatchCopiedCharactersMax) return JSON.parse(json);
    throw new UnprocessablePatchError(`Unable to complete the copy, the accumulated size is ${this.#copied}`);
  }
}

/**
 * A new object that shares what didn't change. Throws BadRequestError for a body that is no list of operations, PatchTooLargeError,
 * and UnprocessablePatchError (422) for operations that don't apply.
 */
export function applyJsonPatch<T extends object>(object: T, patch: unknown): T {
  const patcher = new JsonPatcher(object);
  for (const operation of decodeOperations(patch)) patcher.apply(operation);
  return patcher.result as T;
}
