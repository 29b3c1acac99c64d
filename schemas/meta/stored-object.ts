/** An API object as committed: its bytes, and the parsed form on demand. */
import type { KubeObject } from './object.js';

/** Immutable. `bytes` are the UTF-8 JSON with the resourceVersion in it; `object` parses once, on first use. */
export class StoredObject {
  #object: KubeObject | undefined;

  constructor(
    readonly bytes: Uint8Array,
    readonly resourceVersion: string,
    object?: KubeObject,
  ) {
    this.#object = object;
  }

  get object(): KubeObject {
    this.#object ??= JSON.parse(
      Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString(),
    ) as KubeObject;
    return this.#object;
  }
}
