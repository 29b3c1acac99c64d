/** The one entry per object that the resource actor, the watch cache and the views of a process share. */
import { spliceInto, splicedLength } from '../../schemas/meta/canonical.js';
import type { KubeObject, ObjectKey } from '../../schemas/meta/object.js';
import { encodeResourceVersion } from '../../schemas/meta/resource-version.js';
import type { CacheEntry } from './resource-cache.js';
import type { Slab, SlabArena } from './slab-arena.js';

/** Keeps at most `parsedMax` entries parsed; the oldest is forgotten first. */
export class ParsedObjects {
  readonly #ring: (SlabEntry | undefined)[];
  #next = 0;

  constructor(parsedMax: number) {
    this.#ring = Array.from({ length: parsedMax });
  }

  remember(entry: SlabEntry): void {
    this.#ring[this.#next]?.forget();
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#ring.length;
  }
}

export interface EntryFacts {
  readonly key: ObjectKey;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly fields: Readonly<Record<string, string>> | undefined;
}

export class SlabEntry implements CacheEntry {
  readonly key: ObjectKey;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly fields: Readonly<Record<string, string>> | undefined;
  readonly length: number;
  slab: Slab;
  #offset: number;
  #object: KubeObject | undefined;

  /** `bytes` are canonical, without resourceVersion; `object`, if given, has it. */
  constructor(
    facts: EntryFacts,
    readonly storeGeneration: number,
    readonly revision: number,
    readonly resourceVersion: string,
    bytes: Uint8Array,
    prefixLength: number,
    arena: SlabArena,
    private readonly parsed: ParsedObjects,
    object?: KubeObject,
  ) {
    this.key = facts.key;
    this.namespace = facts.namespace;
    this.name = facts.name;
    this.uid = facts.uid;
    this.labels = facts.labels;
    this.fields = facts.fields;
    this.length = splicedLength(bytes, resourceVersion);
    this.slab = arena.reserve(this.length);
    this.#offset = this.slab.used - this.length;
    spliceInto(this.slab.buffer, this.#offset, bytes, prefixLength, resourceVersion);
    if (object) {
      this.#object = object;
      parsed.remember(this);
    }
  }

  get bytes(): Buffer {
    return this.slab.buffer.subarray(this.#offset, this.#offset + this.length);
  }

  get object(): KubeObject {
    if (!this.#object) {
      this.#object = JSON.parse(
        this.slab.buffer.toString('utf8', this.#offset, this.#offset + this.length),
      ) as KubeObject;
      this.parsed.remember(this);
    }
    return this.#object;
  }

  /** Frees the parsed form; it comes back when asked for. */
  forget(): void {
    this.#object = undefined;
  }

  /** Copies the bytes to another slab; slices handed out before stay valid. */
  move(arena: SlabArena): void {
    const bytes = this.bytes;
    const from = this.slab;
    this.slab = arena.reserve(this.length);
    this.#offset = this.slab.used - this.length;
    bytes.copy(this.slab.buffer, this.#offset);
    arena.release(from, this.length);
  }
}

export const resourceVersionOf = (storeGeneration: number, revision: number): string =>
  encodeResourceVersion({ storeGeneration, revision });
