/** Which nodes belong to which pool: kept while the auctioneer lives, and safe to decide anew, since guards say who may bind. */
const POOL_NODES_MAX = 256;

export interface Pool {
  readonly name: string;
  readonly nodes: Set<string>;
  /** Grows with every change. */
  version: number;
  /** The version that its bidder has. */
  served: number;
}

export class Pools {
  readonly #pools: Pool[] = [];
  readonly #poolOf = new Map<string, Pool>();

  constructor(private readonly nodesMax = POOL_NODES_MAX) {}

  get all(): readonly Pool[] {
    return this.#pools;
  }

  of(node: string): Pool | undefined {
    return this.#poolOf.get(node);
  }

  /** The first pool with room takes it. */
  add(node: string): void {
    if (this.#poolOf.has(node)) return;
    let pool = this.#pools.find(({ nodes }) => nodes.size < this.nodesMax);
    if (!pool) {
      pool = { name: `pool-${this.#pools.length + 1}`, nodes: new Set(), version: 0, served: 0 };
      this.#pools.push(pool);
    }
    pool.nodes.add(node);
    pool.version++;
    this.#poolOf.set(node, pool);
  }

  remove(node: string): void {
    const pool = this.#poolOf.get(node);
    if (!pool) return;
    this.#poolOf.delete(node);
    pool.nodes.delete(node);
    pool.version++;
  }
}
