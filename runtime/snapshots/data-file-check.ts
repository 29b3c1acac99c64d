/**
 * Looks at an LMDB file before LMDB does, read-only: LMDB trusts its pages, and a foreign or damaged file would be changed or end the process.
 * Checked: the meta pages, our FORMAT record as the first key, every branch and leaf page (up to a bound) of both trees, and that large values begin and end in the file.
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
const OVERFLOW = 0x04;
const META = 0x08;
const BIG_VALUE = 0x01;
const UNFLUSHED = 0x1000;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
const DEPTH_MAX = 32;
/** About 60 ms from the page cache; a larger store has its branches and the first leaves checked. */
const LEAVES_MAX = 16_384;
/** Large values whose first page is looked at; the place of all is checked. */
const VALUES_MAX = 1_024;

interface Meta {
  readonly pageSize: number;
  /** Written before its transaction's data was flushed. */
  readonly unflushed: boolean;
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
  #values = 0;
  #pageSize = 0;
  #lastPage = 0;
  #bytesInFile = 0;

  constructor(
    private readonly path: string,
    private readonly fd: number,
  ) {}

  check(): Buffer {
    const state = this.#restored();
    this.#bytesInFile = fstatSync(this.fd).size;
    this.#lastPage = state.lastPage;
    for (const root of state.roots) if (root !== NO_ROOT) this.#walk(Number(root), 0);
    return this.#format(state);
  }

  /** The state that LMDB will choose: the newest if its data was flushed before its meta page, else the one flushed last (half a page into the file). */
  #restored(): Meta {
    const first = this.#readMeta(0, true);
    if (!first) throw this.#foreign();
    this.#pageSize = first.pageSize;
    const second = this.#readMeta(first.pageSize, true);
    if (!second) throw this.#damaged('its second meta page is not one');
    const flushed = this.#readMeta(first.pageSize / 2, false);
    return pick(pick(first, second), flushed);
  }

  #readMeta(offset: number, whole: true): Meta | undefined;
  #readMeta(offset: number, whole: false): Meta;
  #readMeta(offset: number, whole: boolean): Meta | undefined {
    const page = this.#bytes(offset, PAGE_HEADER + META_BYTES);
    if (page.length < PAGE_HEADER + META_BYTES) return undefined;
    const at = PAGE_HEADER;
    const pageSize = page.readUInt32LE(at + 24);
    if (whole) {
      if (!(page.readUInt16LE(18) & META) || page.readUInt32LE(at) !== MAGIC) return undefined;
      if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
    }
    return {
      pageSize,
      unflushed: (page.readUInt16LE(at + 28) & UNFLUSHED) !== 0,
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
      if (node < PAGE_HEADER || node + 8 > this.#pageSize)
        throw this.#damaged(`page ${number} is not what it should be`);
      if (flags & LEAF && page.readUInt16LE(node + 4) & BIG_VALUE) this.#checkBigValue(page, node);
    }
    return page;
  }

  /** A value of its own pages: that they are there, and begin as such. */
  #checkBigValue(page: Buffer, node: number): void {
    const at = node + 8 + page.readUInt16LE(node + 6);
    const number = at + 8 <= page.length ? Number(page.readBigUInt64LE(at)) : -1;
    const pages = Math.ceil((PAGE_HEADER + page.readUInt32LE(node)) / this.#pageSize);
    if (number < 2 || number + pages - 1 > this.#lastPage) throw this.#damaged(`a value names page ${number}`);
    if ((number + pages) * this.#pageSize > this.#bytesInFile) throw this.#damaged('it is cut short');
    if (this.#values++ >= VALUES_MAX) return;
    const header = this.#bytes(number * this.#pageSize, PAGE_HEADER);
    if (Number(header.readBigUInt64LE(0)) !== number || !(header.readUInt16LE(18) & OVERFLOW)) {
      throw this.#damaged(`page ${number} is not what it should be`);
    }
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
    return new StoreUnusableError(
      `${this.path} is not a Troupe data file: move it away, or choose another folder with --data`,
    );
  }

  #damaged(why: string): StoreUnusableError {
    return new StoreUnusableError(
      `${this.path} is damaged (${why}): restore a backup, or choose another folder with --data`,
    );
  }
}

/** As LMDB chooses with safeRestore. */
function pick(a: Meta, b: Meta): Meta {
  const latest = a.transaction >= b.transaction ? a : b;
  if (b.transaction === 0n) return a;
  if (!latest.unflushed) return latest;
  return a.transaction > b.transaction ? b : a;
}

/** A branch node has its child's number in the three 16-bit words that a leaf node uses for sizes and flags. */
const childOf = (page: Buffer, node: number) =>
  page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x1_0000 + page.readUInt16LE(node + 4) * 0x1_0000_0000;
