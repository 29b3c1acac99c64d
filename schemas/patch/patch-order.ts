/** The order of a merged list: as the patch tells it, with the items that only the server has kept in their relative places. */

const identity = (item: unknown) => item;

function positions(list: readonly unknown[], keyOf: (item: unknown) => unknown): Map<unknown, number> {
  const result = new Map<unknown, number>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    if (!result.has(key)) result.set(key, index);
  }
  return result;
}

/** Stable; what isn't in `order` goes last. */
function sortedBy(items: unknown[], order: ReadonlyMap<unknown, number>, keyOf: (item: unknown) => unknown): unknown[] {
  const rank = (item: unknown) => order.get(keyOf(item)) ?? order.size;
  return items.sort((a, b) => rank(a) - rank(b));
}

/**
 * `items` with those that `patchOrder` names in its order, the others in the order of `serverOrder`, and both woven together:
 * an item that only the server has stays before a named one if it was before it on the server.
 */
export function inServerOrder(
  items: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  keyOf: (item: unknown) => unknown = identity,
): unknown[] {
  const told = positions(patchOrder, keyOf);
  const server = positions(serverOrder, keyOf);
  const named = sortedBy(
    items.filter((item) => told.has(keyOf(item))),
    told,
    keyOf,
  );
  const others = sortedBy(
    items.filter((item) => !told.has(keyOf(item))),
    server,
    keyOf,
  );
  return woven(others, named, (item) => server.get(keyOf(item)));
}

function woven(others: unknown[], named: unknown[], serverIndex: (item: unknown) => number | undefined): unknown[] {
  const result: unknown[] = [];
  let i = 0;
  for (const item of named) {
    const limit = serverIndex(item);
    while (i < others.length && limit !== undefined && (serverIndex(others[i]) ?? Number.POSITIVE_INFINITY) < limit) {
      result.push(others[i++]);
    }
    result.push(item);
  }
  return [...result, ...others.slice(i)];
}
