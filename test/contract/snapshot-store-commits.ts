/** Promises about one commit: what lets it pass, what it writes, in which order it is answered. */
import assert from 'node:assert/strict';
import type { StorePromise } from './snapshot-store.js';
import {
  bytes,
  checkOnly,
  commitOne,
  del,
  loadAll,
  logAfter,
  marker,
  newestRevision,
  owned,
  put,
  revisionOf,
  TYPE,
  text,
} from './store-entries.js';

export const COMMIT_PROMISES: readonly StorePromise[] = [
  {
    title: 'a new type begins with a marker as revision 1, and commits continue it without holes',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      assert.equal(await newestRevision(store), 1);
      const revisions = [];
      for (const key of ['a', 'b', 'c']) revisions.push(await revisionOf(store, put(token, key, 0)));
      assert.deepEqual(revisions, [2, 3, 4]);
      assert.deepEqual(
        (await logAfter(store, 0)).map(({ revision, kind }) => [revision, kind]),
        [
          [1, 'marker'],
          [2, 'put'],
          [3, 'put'],
          [4, 'put'],
        ],
      );
    },
  },
  {
    title: 'a second claim of the type makes no second marker',
    async holds({ store, incarnation }) {
      await owned(store, incarnation);
      await owned(store, incarnation, 1);
      assert.equal(await newestRevision(store), 1);
    },
  },
  {
    title: 'a write with another expected revision than the present one is a conflict and writes nothing',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const revision = await revisionOf(store, put(token, 'a', 0, 'first'));
      assert.deepEqual(await commitOne(store, put(token, 'a', 0, 'again')), { kind: 'conflict', found: revision });
      assert.deepEqual(await commitOne(store, put(token, 'a', revision - 1, 'old')), {
        kind: 'conflict',
        found: revision,
      });
      assert.deepEqual(await commitOne(store, put(token, 'b', revision)), { kind: 'conflict', found: 0 });
      assert.deepEqual(await commitOne(store, del(token, 'a', revision + 1)), { kind: 'conflict', found: revision });
      assert.equal(text((await store.get(TYPE, 'a'))?.bytes), 'first');
      assert.equal(await newestRevision(store), revision);
    },
  },
  {
    title: 'a deleted object must be expected absent',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const created = await revisionOf(store, put(token, 'a', 0));
      const deleted = await revisionOf(store, del(token, 'a', created));
      assert.equal(await store.get(TYPE, 'a'), undefined);
      assert.deepEqual(await loadAll(store), []);
      assert.deepEqual(await commitOne(store, put(token, 'a', deleted)), { kind: 'conflict', found: 0 });
      assert.equal(await revisionOf(store, put(token, 'a', 0)), deleted + 1);
    },
  },
  {
    title: 'a guard must have its value, or be absent where absence is asked',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      await store.setGuards(TYPE, new Map([['node/n1', 'bidder-1']]));
      const guarded = (name: string, value: string | null) => put(token, 'a', 0, 'a', { guards: [{ name, value }] });
      const fails = (name: string, value: string | null, found: string | null) => ({
        kind: 'guard-failed' as const,
        guard: { name, value },
        found,
      });
      assert.deepEqual(
        await commitOne(store, guarded('node/n1', 'bidder-2')),
        fails('node/n1', 'bidder-2', 'bidder-1'),
      );
      assert.deepEqual(await commitOne(store, guarded('node/n1', null)), fails('node/n1', null, 'bidder-1'));
      assert.deepEqual(await commitOne(store, guarded('node/n2', 'bidder-1')), fails('node/n2', 'bidder-1', null));
      assert.equal(await newestRevision(store), 1);
      await revisionOf(store, guarded('node/n1', 'bidder-1'));
      await store.setGuards(TYPE, new Map([['node/n1', null]]));
      assert.equal(await store.guard(TYPE, 'node/n1'), null);
      await revisionOf(store, put(token, 'b', 0, 'b', { guards: [{ name: 'node/n1', value: null }] }));
    },
  },
  {
    title: 'a guard that was set later than it was read is seen by the very next commit',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const closing = store.setGuards(TYPE, new Map([['closed/u1', 'yes']]));
      const outcome = commitOne(store, put(token, 'ns/a', 0, 'a', { guards: [{ name: 'closed/u1', value: null }] }));
      await closing;
      assert.equal((await outcome).kind, 'guard-failed');
      assert.equal(await store.guard(TYPE, 'closed/u1'), 'yes');
    },
  },
  {
    title: 'a check takes no revision, tells the newest, and fails like a write',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const revision = await revisionOf(store, put(token, 'a', 0));
      const newest = await revisionOf(store, put(token, 'b', 0));
      const outcome = await commitOne(store, checkOnly(token, 'a', revision));
      assert.deepEqual(outcome, { kind: 'committed', storeGeneration: 0, revision: newest });
      assert.deepEqual(await commitOne(store, checkOnly(token, 'a', 0)), { kind: 'conflict', found: revision });
      assert.equal((await commitOne(store, checkOnly({ ...token, epoch: 9 }, 'a', revision))).kind, 'not-owner');
      const closed = [{ name: 'closed/u', value: 'x' }];
      assert.equal((await commitOne(store, checkOnly(token, 'a', revision, { guards: closed }))).kind, 'guard-failed');
      assert.equal(await newestRevision(store), newest);
      assert.equal((await logAfter(store, 0)).length, newest);
    },
  },
  {
    title:
      'in a batch each entry is judged alone, outcomes keep the order, and those that pass take neighbouring revisions',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const outcomes = await store.commit(TYPE, [
        put(token, 'a', 0),
        put(token, 'b', 7),
        checkOnly(token, 'c', 0),
        put({ ...token, incarnation: 'other' }, 'd', 0),
        put(token, 'e', 0),
        marker(token),
      ]);
      assert.deepEqual(outcomes, [
        { kind: 'committed', storeGeneration: 0, revision: 2 },
        { kind: 'conflict', found: 0 },
        { kind: 'committed', storeGeneration: 0, revision: 4 },
        { kind: 'not-owner' },
        { kind: 'committed', storeGeneration: 0, revision: 3 },
        { kind: 'committed', storeGeneration: 0, revision: 4 },
      ]);
      assert.deepEqual(
        (await loadAll(store)).map(({ key, revision }) => [key, revision]),
        [
          ['a', 2],
          ['e', 3],
        ],
      );
    },
  },
  {
    title: 'two writes of one object in one batch do not both pass',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const outcomes = await store.commit(TYPE, [put(token, 'a', 0, 'one'), put(token, 'a', 0, 'two')]);
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['committed', 'conflict'],
      );
      assert.equal(text((await store.get(TYPE, 'a'))?.bytes), 'one');
    },
  },
  {
    title: 'several types commit in one call, each with revisions of its own',
    async holds({ store, incarnation }) {
      const pods = await owned(store, incarnation);
      const nodes = await owned(store, incarnation, 0, 'nodes');
      const outcomes = await store.commitAll(
        new Map([
          [TYPE, [put(pods, 'a', 0), put(pods, 'b', 0)]],
          ['nodes', [put(nodes, 'a', 0, 'a node')]],
        ]),
      );
      assert.deepEqual(outcomes.get('nodes'), [{ kind: 'committed', storeGeneration: 0, revision: 2 }]);
      assert.equal(await newestRevision(store), 3);
      assert.equal(text((await store.get('nodes', 'a'))?.bytes), 'a node');
      assert.equal(text((await store.get(TYPE, 'a'))?.bytes), 'a');
      assert.deepEqual([...(await store.types())].sort(), ['nodes', TYPE]);
    },
  },
  {
    title: 'commits in flight together are answered in revision order, and newest never runs ahead of an answer',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const answered: number[] = [];
      const commits = Array.from({ length: 50 }, async (_, i) => {
        const revision = await revisionOf(store, put(token, `k${i}`, 0));
        answered.push(revision);
      });
      await Promise.all(commits);
      assert.deepEqual(
        answered,
        Array.from({ length: 50 }, (_, i) => i + 2),
      );
    },
  },
  {
    title: 'a batch above the limits is a broken invariant, and nothing of it is written',
    limits: { batchEntriesMax: 4, batchBytesMax: 1_000, entryBytesMax: 3_000 },
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const many = Array.from({ length: 5 }, (_, i) => put(token, `k${i}`, 0));
      await assert.rejects(async () => store.commit(TYPE, many), { name: 'AssertionError' });
      const big = (key: string, size: number) => put(token, key, 0, 'x'.repeat(size));
      await assert.rejects(async () => store.commit(TYPE, [big('a', 600), big('b', 600)]), { name: 'AssertionError' });
      await assert.rejects(async () => store.commit(TYPE, [big('a', 3_001)]), { name: 'AssertionError' });
      assert.equal(await newestRevision(store), 1);
      await revisionOf(store, big('a', 3_000));
    },
  },
  {
    title: 'bodies come back byte for byte, empty and large ones too',
    async holds({ store, incarnation }) {
      const token = await owned(store, incarnation);
      const bodies = [
        bytes(''),
        bytes('{}'),
        bytes('ü'.repeat(900)),
        Buffer.alloc(70_000, 7),
        Buffer.alloc(3_000_000, 9),
      ];
      for (const [i, body] of bodies.entries()) {
        const entry = put(token, `k${i}`, 0);
        await revisionOf(store, { ...entry, write: { kind: 'put', bytes: body } });
        assert.ok(Buffer.from(body).equals((await store.get(TYPE, `k${i}`))?.bytes ?? bytes('absent')), `body ${i}`);
      }
      const loaded = await loadAll(store);
      assert.deepEqual(
        loaded.map((snapshot) => snapshot.bytes.byteLength),
        bodies.map((body) => body.byteLength),
      );
    },
  },
];
