import test from 'ava';
import { BROKEN_LIVES, BROKEN_STORES, openBroken } from './broken-stores.js';
import { openMemory } from './memory-stage.js';
import { check, type OpenStage, STORE_PROMISES } from './snapshot-store.js';

/** The promises that a store does not keep. */
async function broken(open: OpenStage): Promise<string[]> {
  const titles: string[] = [];
  for (const promise of STORE_PROMISES) await check(promise, open).catch(() => titles.push(promise.title));
  return titles;
}

for (const store of BROKEN_STORES) {
  test(`the contract notices a store that ${store.what}`, async (t) => {
    const titles = await broken(openBroken(openMemory, store));
    t.true(titles.length > 0);
    t.true(titles.length < STORE_PROMISES.length / 2, 'only what is broken is noticed');
  });
}

for (const { what, wrap } of BROKEN_LIVES) {
  test(`the contract notices a store that ${what}`, async (t) => {
    t.true((await broken(wrap(openMemory))).length > 0);
  });
}
