/** Promises about the log, its end, and the record of asks. */
import assert from 'node:assert/strict';
import type { StorePromise } from './snapshot-store.js';
import { del, loadAll, logAfter, marker, newestRevision, owned, put, revisionOf, TYPE, text } from './store-entries.js';

export const LOG_PROMISES: readonly StorePromise[] = [
  {
    title: 'the log replayed gives the snapshots',
    async holds(stage) {
      const { store, incarnation } = stage;
      const token = await owned(store, incarnation);
      const revisions = new Map<string, number>();
      for (let i = 0; i < 60; i++) {
        const key = `k${(i * 7) % 11}`;
        const expected = revisions.get(key) ?? 0;
        const write = i % 5 === 4 && expected > 0 ? del(token, key, expected) : put(token, key, expected, `body ${i}`);
        const revision = await revisionOf(store, write);
        if (write.write.kind === 'delete') revisions.delete(key);
        else revisions.set(key, revision);
      }
      for (const reader of [store, (await stage.reopen()).store]) {
        const replayed = new Map<string, [number, string | undefined]>();
        for (const { kind, key, revision, bytes } of await logAfter(reader, 0)) {
          if (kind === 'delete') replayed.delete(key ?? '');
          else if (kind === 'put') replayed.set(key ?? '', [revision, text(bytes)]);
        }
        const loaded = (await loadAll(reader)).map(({ key, revision, bytes }) => [key, revision, text(bytes)]);
        const expected = [...replayed].map(([key, [revision, body]]) => [key, revision, body]);
        assert.deepEqual(
          loaded,
          expected.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
        );
      }
    },
  },
  {
    title: 'a log entry tells the bytes, what selectors saw before and after, and the revision that it replaced',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const before = { labels: { app: 'web' }, fields: { 'spec.nodeName': '' } };
      const after = { labels: { app: 'db' }, fields: { 'spec.nodeName': 'n1' } };
      await store.commit(TYPE, [put(token, 'a', 0, 'one', { selectables: before })]);
      await store.commit(TYPE, [put(token, 'a', 2, 'two', { previous: before, selectables: after })]);
      await store.commit(TYPE, [marker(token)]);
      await store.commit(TYPE, [del(token, 'a', 3, { previous: after })]);
      const seen = (await logAfter(store, 1)).map(({ bytes, ...entry }) => ({ ...entry, body: text(bytes) }));
      const base = { storeGeneration: 0, key: 'a' };
      assert.deepEqual(seen, [
        {
          ...base,
          revision: 2,
          kind: 'put',
          previous: undefined,
          selectables: before,
          previousRevision: 0,
          body: 'one',
        },
        { ...base, revision: 3, kind: 'put', previous: before, selectables: after, previousRevision: 2, body: 'two' },
        {
          storeGeneration: 0,
          key: undefined,
          revision: 4,
          kind: 'marker',
          previous: undefined,
          selectables: undefined,
          previousRevision: 0,
          body: undefined,
        },
        {
          ...base,
          revision: 5,
          kind: 'delete',
          previous: after,
          selectables: undefined,
          previousRevision: 3,
          body: 'last of a',
        },
      ]);
    },
  },
  {
    title: 'the log is read from any revision, in pieces of any size, and ends at the newest',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      for (let i = 0; i < 5; i++) {
        await store.commit(TYPE, [put(token, `a${i}`, 0), put(token, `b${i}`, 0), put(token, `c${i}`, 0)]);
      }
      for (const from of [0, 1, 2, 3, 4, 9, 15, 16]) {
        const read = await store.readLog(TYPE, from, 4);
        assert.ok(read.kind === 'entries');
        const wanted = Array.from({ length: Math.min(4, 16 - from) }, (_, i) => from + i + 1);
        assert.deepEqual(
          read.entries.map(({ revision }) => revision),
          wanted,
          `from ${from}`,
        );
        assert.equal(read.newest, 16);
      }
    },
  },
  {
    title: 'a log over its count is cut at its tail, says so, and the snapshots stay whole',
    limits: { logEntriesMax: 10 },
    async holds(stage) {
      const { store, incarnation } = stage;
      const token = await owned(store, incarnation);
      await store.commit(TYPE, [put(token, 'gone', 0)]);
      await store.commit(TYPE, [del(token, 'gone', 2)]);
      await store.commit(TYPE, [put(token, 'hot', 0, 'hot 0')]);
      for (let i = 0; i < 30; i++) await revisionOf(store, put(token, `k${i}`, 0, `body ${i}`));
      await store.commit(TYPE, [put(token, 'hot', 4, 'hot 1')]);
      await store.commit(TYPE, [del(token, 'k3', 8)]);
      for (let i = 30; i < 60; i++) await revisionOf(store, put(token, `k${i}`, 0, `body ${i}`));
      for (const reader of [store, (await stage.reopen()).store]) {
        const read = await reader.readLog(TYPE, 1, 10);
        assert.ok(read.kind === 'behind' && read.oldest > 40, JSON.stringify(read));
        assert.equal((await logAfter(reader, read.oldest - 1)).length, 66 - read.oldest + 1);
        assert.equal(await newestRevision(reader), 66);
        const loaded = await loadAll(reader);
        assert.equal(loaded.length, 60);
        assert.equal(text((await reader.get(TYPE, 'hot'))?.bytes), 'hot 1');
        assert.equal(await reader.get(TYPE, 'gone'), undefined);
        assert.equal(await reader.get(TYPE, 'k3'), undefined);
        assert.equal(text(loaded.find(({ key }) => key === 'k7')?.bytes), 'body 7');
      }
    },
  },
  {
    title: 'a log over its age is cut too, but never its newest entry',
    async holds({ store, incarnation, advance }) {
      const token = await owned(store, incarnation);
      for (let i = 0; i < 5; i++) await revisionOf(store, put(token, `k${i}`, 0));
      advance(601_000);
      await revisionOf(store, put(token, 'late', 0));
      await revisionOf(store, put(token, 'later', 0));
      const read = await store.readLog(TYPE, 1, 10);
      assert.ok(read.kind === 'behind' && read.oldest >= 6, JSON.stringify(read));
      assert.equal((await logAfter(store, 6)).length, 2);
      assert.equal((await loadAll(store)).length, 7);
    },
  },
  {
    title: 'asks are recorded with slot, key and revision, and outlive the process and the log',
    limits: { logEntriesMax: 3 },
    async holds(stage) {
      const { store, incarnation } = stage;
      const token = await owned(store, incarnation);
      await owned(store, incarnation, 1);
      await revisionOf(store, put(token, 'a', 0, 'a', { askId: 'ask-1' }));
      await revisionOf(store, del(token, 'a', 2, { askId: 'ask-2' }));
      for (let i = 0; i < 20; i++) await revisionOf(store, put(token, `k${i}`, 0));
      const wanted = [
        { askId: 'ask-1', slot: 0, revision: 2, key: 'a' },
        { askId: 'ask-2', slot: 0, revision: 3, key: 'a' },
      ];
      for (const reader of [store, (await stage.reopen()).store]) {
        const asks = [...(await reader.asks(TYPE, [0]))].sort((a, b) => a.revision - b.revision);
        assert.deepEqual(asks, wanted);
        assert.deepEqual(await reader.asks(TYPE, [1]), []);
      }
    },
  },
  {
    title: 'asks are forgotten after a minute, and refused ones are never recorded',
    async holds({ store, incarnation, advance }) {
      const token = await owned(store, incarnation);
      await store.commit(TYPE, [
        put(token, 'b', 7, 'b', { askId: 'refused' }),
        put(token, 'a', 0, 'a', { askId: 'old' }),
      ]);
      advance(61_000);
      await revisionOf(store, put(token, 'c', 0, 'c', { askId: 'new' }));
      assert.deepEqual(
        (await store.asks(TYPE, [0])).map(({ askId }) => askId),
        ['new'],
      );
    },
  },
  {
    title: 'a load in pages gives each object once, also while others are written',
    limits: { pageEntriesMax: 10 },
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      for (let i = 0; i < 5; i++) {
        await store.commit(
          TYPE,
          Array.from({ length: 10 }, (_, k) => put(token, `k${i}${k}`, 0)),
        );
      }
      const counts = new Map<string, number>();
      let pages = 0;
      for await (const page of store.load(TYPE)) {
        pages++;
        assert.ok(page.length <= 10);
        for (const { key } of page) counts.set(key, (counts.get(key) ?? 0) + 1);
        await revisionOf(store, put(token, `new${pages}`, 0));
      }
      const old = [...counts].filter(([key]) => key.startsWith('k'));
      assert.equal(old.length, 50);
      assert.ok([...counts.values()].every((count) => count === 1));
    },
  },
];
