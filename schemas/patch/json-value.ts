/** JSON values that are never changed in place. */

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only, so that `toString` and `__proto__` are keys like any other. */
export function valueAt(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own property, also where plain assignment would set the prototype. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** Collects changes to one object and copies it only when there is one. */
export class ObjectDraft {
  #copy: JsonObject | undefined;
  constructor(readonly original: JsonObject) {}

  get current(): JsonObject {
    return this.#copy ?? this.original;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.current, key);
  }

  get(key: string): unknown {
    return valueAt(this.current, key);
  }

  set(key: string, value: unknown): void {
    if (this.has(key) && this.get(key) === value) return;
    setOwn(this.#writable(), key, value);
  }

  delete(key: string): void {
    if (this.has(key)) delete this.#writable()[key];
  }

  #writable(): JsonObject {
    this.#copy ??= { ...this.original };
    return this.#copy;
  }
}

/** `next`, unless it has the very items of `previous`. */
export function sharedList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  return previous.length === next.length && next.every((item, index) => item === previous[index]) ? previous : next;
}
