/** Promises about tokens, claims, generations, and what outlives a process. */
import assert from 'node:assert/strict';
import type { StorePromise } from './snapshot-store.js';
import {
  bytes,
  commitOne,
  loadAll,
  logAfter,
  newestRevision,
  owned,
  put,
  revisionOf,
  TYPE,
  text,
} from './store-entries.js';

export const OWNERSHIP_PROMISES: readonly StorePromise[] = [
  {
    title: 'a commit needs exactly the recorded token: no older or newer epoch, no other life, no other generation',
    async holds({ store, incarnation }) {
      const first = await owned(store, incarnation);
      const token = await owned(store, incarnation);
      assert.equal(token.epoch, first.epoch + 1);
      const wrong = [
        first,
        { ...token, epoch: token.epoch + 1 },
        { ...token, incarnation: 'another-life' },
        { ...token, storeGeneration: token.storeGeneration + 1 },
      ];
      for (const other of wrong) assert.deepEqual(await commitOne(store, put(other, 'a', 0)), { kind: 'not-owner' });
      assert.equal((await commitOne(store, put(token, 'a', 0, 'a', { slot: 1 }))).kind, 'not-owner');
      assert.equal(await store.get(TYPE, 'a'), undefined);
      await revisionOf(store, put(token, 'a', 0));
    },
  },
  {
    title: 'a claim is granted only if the recorded token is still the one that was seen',
    async holds({ store, incarnation }) {
      const mine = await owned(store, incarnation);
      const stale = await store.claim(
        TYPE,
        [0, 1],
        'other',
        new Map([
          [0, undefined],
          [1, undefined],
        ]),
      );
      assert.deepEqual([...stale.keys()], [1]);
      assert.deepEqual((await store.owner(TYPE, 0)).token, mine);
      const granted = await store.claim(TYPE, [0], 'other', new Map([[0, mine]]));
      assert.deepEqual(granted.get(0), { storeGeneration: 0, epoch: mine.epoch + 1, incarnation: 'other' });
      assert.equal((await commitOne(store, put(mine, 'a', 0))).kind, 'not-owner');
    },
  },
  {
    title: 'a released shard has no owner, its token is dead, and its epochs go on',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      await store.release(TYPE, [0], 'somebody-else');
      assert.deepEqual((await store.owner(TYPE, 0)).token, token);
      await store.release(TYPE, [0], incarnation);
      assert.equal((await store.owner(TYPE, 0)).token, undefined);
      assert.equal((await commitOne(store, put(token, 'a', 0))).kind, 'not-owner');
      assert.equal((await owned(store, incarnation)).epoch, token.epoch + 1);
    },
  },
  {
    title: 'hundreds of shards are claimed at once, each with a token of its own',
    async holds({ store, incarnation }) {
      const slots = Array.from({ length: 256 }, (_, slot) => slot);
      const tokens = await store.claim(TYPE, slots, incarnation);
      assert.equal(tokens.size, 256);
      const entry = put(tokens.get(255) ?? assert.fail(), 'a', 0, 'a', { slot: 255 });
      await revisionOf(store, entry);
      assert.deepEqual(await loadAll(store, [0, 1]), []);
      assert.deepEqual(
        (await loadAll(store, [255])).map(({ slot }) => slot),
        [255],
      );
    },
  },
  {
    title: 'what was acknowledged is there in the next life: objects, log, guards, records',
    async holds(stage) {
      const { store, incarnation } = stage;
      const token = await owned(store, incarnation);
      for (let i = 0; i < 20; i++) await revisionOf(store, put(token, `k${i}`, 0, `body ${i}`));
      await store.putRecord('ca', bytes('key'));
      await store.setGuards(TYPE, new Map([['closed/u1', 'yes']]));
      const next = (await stage.reopen()).store;
      assert.equal(await newestRevision(next), 21);
      assert.equal((await loadAll(next)).length, 20);
      assert.equal(text((await next.get(TYPE, 'k7'))?.bytes), 'body 7');
      assert.equal((await next.get(TYPE, 'k7'))?.revision, 9);
      assert.equal((await logAfter(next, 0)).length, 21);
      assert.equal(text(await next.getRecord('ca')), 'key');
      assert.equal(await next.getRecord('absent'), undefined);
      assert.deepEqual(await next.types(), [TYPE]);
    },
  },
  {
    title: 'the next life begins a generation: larger, listed with where it began, and revisions go on',
    async holds(stage) {
      const token = await owned(stage.store, stage.incarnation);
      await revisionOf(stage.store, put(token, 'a', 0));
      const { store, incarnation } = await stage.reopen();
      const newest = (await store.newest([TYPE])).get(TYPE);
      assert.ok(newest && newest.storeGeneration > 0);
      assert.equal(newest.runId, incarnation);
      assert.equal(newest.revision, 2);
      assert.deepEqual(await store.generations(TYPE), [{ storeGeneration: newest.storeGeneration, startedAfter: 2 }]);
      const outcome = await commitOne(store, put(await owned(store, incarnation), 'b', 0));
      assert.deepEqual(outcome, { kind: 'committed', storeGeneration: newest.storeGeneration, revision: 3 });
      assert.equal((await store.get(TYPE, 'a'))?.storeGeneration, 0);
      assert.equal((await store.get(TYPE, 'b'))?.storeGeneration, newest.storeGeneration);
      const log = await logAfter(store, 1);
      assert.deepEqual(
        log.map((entry) => entry.storeGeneration),
        [0, newest.storeGeneration],
      );
    },
  },
  {
    title: 'generations only grow, over many lives, also without a clock that moves',
    async holds(stage) {
      await owned(stage.store, stage.incarnation);
      let current = stage;
      const seen: number[] = [];
      for (let i = 0; i < 3; i++) {
        current = await current.reopen();
        seen.push((await current.store.newest([TYPE])).get(TYPE)?.storeGeneration ?? -1);
      }
      assert.ok((seen[0] ?? 0) > 0 && (seen[1] ?? 0) > (seen[0] ?? 0) && (seen[2] ?? 0) > (seen[1] ?? 0), seen.join());
      assert.deepEqual(
        (await current.store.generations(TYPE)).map((record) => record.storeGeneration),
        seen,
      );
    },
  },
  {
    title: 'the next life voids claims and the guards of bidders and auctioneers, and keeps closed namespaces closed',
    async holds(stage) {
      const token = await owned(stage.store, stage.incarnation);
      const guards = { 'node/n1': 'b', 'auctioneer/a': 'c', 'closed/u1': 'yes' };
      await stage.store.setGuards(TYPE, new Map(Object.entries(guards)));
      const { store, incarnation } = await stage.reopen();
      assert.equal((await store.owner(TYPE, 0)).token, undefined);
      assert.equal((await commitOne(store, put(token, 'a', 0))).kind, 'not-owner');
      assert.equal(await store.guard(TYPE, 'node/n1'), null);
      assert.equal(await store.guard(TYPE, 'auctioneer/a'), null);
      assert.equal(await store.guard(TYPE, 'closed/u1'), 'yes');
      const renewed = await owned(store, incarnation);
      assert.ok(renewed.epoch > token.epoch);
      const guarded = put(renewed, 'a', 0, 'a', { guards: [{ name: 'closed/u1', value: null }] });
      assert.equal((await commitOne(store, guarded)).kind, 'guard-failed');
    },
  },
  {
    title: 'a raise in a life that has raised already changes nothing',
    async holds(stage) {
      await owned(stage.store, stage.incarnation);
      const { store, incarnation } = await stage.reopen();
      const token = await owned(store, incarnation);
      const before = (await store.newest([TYPE])).get(TYPE);
      await store.raise([TYPE], 5_000_000);
      assert.deepEqual((await store.newest([TYPE])).get(TYPE), before);
      await revisionOf(store, put(token, 'a', 0));
    },
  },
  {
    title: 'a record is replaced as a whole, and is kept apart from the types',
    async holds({ store }) {
      await store.putRecord('chosen', bytes('one'));
      await store.putRecord('chosen', bytes('two'));
      assert.equal(text(await store.getRecord('chosen')), 'two');
      assert.deepEqual(await store.types(), []);
    },
  },
];
