/**
 * Looks at an LMDB file before LMDB does, read-only: LMDB trusts its pages, and a foreign or damaged file would be changed or end the process.
 * Checked: the meta pages, the length, our FORMAT record as the first key, and every branch and leaf page (up to a bound) of both trees.
 * The layout is that of lmdb-js 3.5 on 64-bit little-endian machines.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FORMAT_KEY } from './lmdb-keys.js';
import { StoreUnusableError } from './snapshot-store.js';

const MAGIC = 0xbeefc0de;
const PAGE_HEADER = 24; // number 8, transaction 8, pad 2, flags 2, lower 2, upper 2; all offsets in a page count from its end
const META_BYTES = 144;
const BRANCH = 0x01;
const LEAF = 0x02;
const META = 0x08;
const BIG_VALUE = 0x01;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
const DEPTH_MAX = 32;
/** About 60 ms from the page cache; a larger store has its branches and the first leaves checked. */
const LEAVES_MAX = 16_384;

interface Meta {
  readonly pageSize: number;
  readonly roots: readonly bigint[];
  readonly lastPage: number;
  readonly transaction: bigint;
}

/** Throws StoreUnusableError with the file's name; never writes. Returns the value of the FORMAT record. */
export function checkDataFile(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    return new DataFile(path, fd).check();
  } finally {
    closeSync(fd);
  }
}

class DataFile {
  #leaves = 0;
  #pageSize = 0;
  #lastPage = 0;

  constructor(
    private readonly path: string,
    private readonly fd: number,
  ) {}

  check(): Buffer {
    const metas = this.#metas();
    const newest = metas.reduce((a, b) => (b.transaction > a.transaction ? b : a));
    const bytes = fstatSync(this.fd).size;
    this.#lastPage = newest.lastPage;
    // LMDB extends the file lazily only for pages that are free again, so the flushed state must lie inside.
    const oldest = metas.reduce((a, b) => (b.transaction < a.transaction ? b : a));
    if (bytes < (Math.min(oldest.lastPage, newest.lastPage) + 1) * this.#pageSize) throw this.#damaged('it is cut short');
    for (const root of newest.roots) if (root !== NO_ROOT) this.#walk(Number(root), 0);
    return this.#format(newest);
  }

  #metas(): Meta[] {
    const first = this.#readMeta(0);
    if (!first) throw this.#foreign();
    this.#pageSize = first.pageSize;
    const others = [this.#readMeta(first.pageSize), this.#readMeta(first.pageSize / 2)];
    if (!others[0]) throw this.#damaged('its second meta page is not one');
    return [first, ...others.filter((meta) => meta !== undefined)];
  }

  #readMeta(offset: number): Meta | undefined {
    const page = this.#bytes(offset, PAGE_HEADER + META_BYTES);
    if (page.length < PAGE_HEADER + META_BYTES || !(page.readUInt16LE(18) & META)) return undefined;
    const at = PAGE_HEADER;
    if (page.readUInt32LE(at) !== MAGIC) return undefined;
    const pageSize = page.readUInt32LE(at + 24);
    if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
    return {
      pageSize,
      roots: [page.readBigUInt64LE(at + 24 + 40), page.readBigUInt64LE(at + 72 + 40)],
      lastPage: Number(page.readBigUInt64LE(at + 120)),
      transaction: page.readBigUInt64LE(at + 128),
    };
  }

  #walk(number: number, depth: number): void {
    const page = this.#page(number);
    const flags = page.readUInt16LE(18);
    if (depth > DEPTH_MAX) throw this.#damaged('its tree has no end');
    if (flags & LEAF) return;
    for (const node of this.#nodes(page)) {
      if (this.#leaves > LEAVES_MAX) return;
      this.#walk(childOf(page, node), depth + 1);
    }
  }

  /** A branch or leaf page whose header makes sense. */
  #page(number: number): Buffer {
    if (number < 2 || number > this.#lastPage) throw this.#damaged(`a page names page ${number}`);
    const page = this.#bytes(number * this.#pageSize, this.#pageSize);
    if (page.length < this.#pageSize) throw this.#damaged('it is cut short');
    const flags = page.readUInt16LE(18);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const isTree = (flags & (BRANCH | LEAF)) !== 0 && (flags & META) === 0;
    const bounds = lower <= upper && upper <= this.#pageSize - PAGE_HEADER && lower % 2 === 0;
    if (Number(page.readBigUInt64LE(0)) !== number || !isTree || !bounds) {
      throw this.#damaged(`page ${number} is not what it should be`);
    }
    if (flags & LEAF) this.#leaves++;
    for (const node of this.#nodes(page)) {
      if (node < PAGE_HEADER || node + 8 > this.#pageSize) throw this.#damaged(`page ${number} is not what it should be`);
    }
    return page;
  }

  /** Offsets of a page's nodes. */
  #nodes(page: Buffer): number[] {
    const count = page.readUInt16LE(20) >> 1;
    return Array.from({ length: count }, (_, i) => page.readUInt16LE(PAGE_HEADER + 2 * i) + PAGE_HEADER);
  }

  /** The first key must be FORMAT: it is the smallest of all. */
  #format({ roots }: Meta): Buffer {
    if (roots[1] === undefined || roots[1] === NO_ROOT) throw this.#foreign();
    let page = this.#page(Number(roots[1]));
    for (let depth = 0; !(page.readUInt16LE(18) & LEAF); depth++) {
      if (depth > DEPTH_MAX) throw this.#damaged('its tree has no end');
      page = this.#page(childOf(page, this.#nodes(page)[0] ?? PAGE_HEADER));
    }
    const node = this.#nodes(page)[0];
    if (node === undefined) throw this.#foreign();
    const keyBytes = page.readUInt16LE(node + 6);
    const key = page.subarray(node + 8, node + 8 + keyBytes);
    if (!key.equals(FORMAT_KEY) || page.readUInt16LE(node + 4) & BIG_VALUE) throw this.#foreign();
    const start = node + 8 + keyBytes;
    return Buffer.from(page.subarray(start, start + page.readUInt32LE(node)));
  }

  #bytes(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(this.fd, buffer, 0, length, offset));
  }

  #foreign(): StoreUnusableError {
    return new StoreUnusableError(`${this.path} is not a Troupe data file: move it away, or choose another folder with --data`);
  }

  #damaged(why: string): StoreUnusableError {
    return new StoreUnusableError(`${this.path} is damaged (${why}): restore a backup, or choose another folder with --data`);
  }
}

/** A branch node has its child's number in the three 16-bit words that a leaf node uses for sizes and flags. */
const childOf = (page: Buffer, node: number) =>
  page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x1_0000 + page.readUInt16LE(node + 4) * 0x1_0000_0000;
