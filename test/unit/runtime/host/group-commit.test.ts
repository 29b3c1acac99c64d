import test from 'ava';
import { GroupCommit } from '../../../../runtime/host/group-commit.js';
import { SystemTurn } from '../../../../runtime/process/turn.js';
import { MemoryStore } from '../../../../runtime/snapshots/memory-store.js';
import {
  type CommitEntry,
  type OwnerToken,
  UnknownOutcomeError,
} from '../../../../runtime/snapshots/snapshot-store.js';
import { TypeCaches } from '../../../../runtime/views/type-caches.js';
import { kindByType } from '../../../../schemas/kinds/registry.js';
import { encodeCanonical } from '../../../../schemas/meta/canonical.js';
import type { KubeObject } from '../../../../schemas/meta/object.js';
import { ManualClock } from '../../../harness/manual-clock.js';

async function aStage() {
  const clock = new ManualClock();
  const turn = new SystemTurn();
  const store = new MemoryStore({ clock, turn, incarnation: 'a' });
  const batches: number[] = [];
  const commitAll = store.commitAll.bind(store);
  store.commitAll = (entries) => {
    batches.push([...entries.values()].reduce((sum, list) => sum + list.length, 0));
    return commitAll(entries);
  };
  const token = (await store.claim('configmaps', [0], 'a')).get(0)!;
  const cache = await new TypeCaches(kindByType, store, clock, { soleWriter: true }).of('configmaps');
  return { store, cache, token, batches, commits: new GroupCommit(store, turn) };
}

function aPut(token: OwnerToken, name: string, expected = 0, padding = ''): { entry: CommitEntry; object: KubeObject } {
  const object = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name, namespace: 'default', uid: name },
    data: { padding },
  } as unknown as KubeObject;
  return {
    object,
    entry: { slot: 0, token, key: `default/${name}`, expected, write: { kind: 'put', bytes: encodeCanonical(object) } },
  };
}

test('what one turn commits is one batch, folded in before anybody is answered', async (t) => {
  const { cache, token, batches, commits } = await aStage();
  const sizes: number[] = [];
  const puts = ['a', 'b', 'c'].map((name) => aPut(token, name));
  const results = await Promise.all(
    puts.map(({ entry, object }) =>
      commits.commit(cache, entry, object).then((result) => (sizes.push(cache.size), result)),
    ),
  );
  t.deepEqual(batches, [3]);
  t.deepEqual(
    results.map(({ entry }) => entry?.resourceVersion),
    ['2', '3', '4'],
  );
  t.deepEqual(sizes, [3, 3, 3]);
});

test('more than a batch may hold goes in several, and nothing is lost', async (t) => {
  const { cache, token, batches, commits } = await aStage();
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => aPut(token, `n${i}`)).map(({ entry, object }) =>
      commits.commit(cache, entry, object),
    ),
  );
  t.true(
    batches.every((count) => count <= 128),
    batches.join(),
  );
  t.is(cache.size, 300);
  t.is(cache.revision, 301);
});

test('large objects are split by bytes', async (t) => {
  const { cache, token, batches, commits } = await aStage();
  const padding = 'x'.repeat(400_000);
  await Promise.all(
    ['a', 'b', 'c']
      .map((name) => aPut(token, name, 0, padding))
      .map(({ entry, object }) => commits.commit(cache, entry, object)),
  );
  t.deepEqual(batches, [2, 1]);
});

test('an entry whose check fails takes no revision and leaves the others of its batch alone', async (t) => {
  const { cache, token, commits } = await aStage();
  const [good, bad] = [aPut(token, 'good'), aPut(token, 'bad', 7)];
  const [first, second] = await Promise.all([
    commits.commit(cache, good.entry, good.object),
    commits.commit(cache, bad.entry, bad.object),
  ]);
  t.is(first?.outcome.kind, 'committed');
  t.deepEqual(second?.outcome, { kind: 'conflict', found: 0 });
  t.is(cache.revision, 2);
});

test('when the store does not answer, every commit of the batch is unknown, and the next batch goes on', async (t) => {
  const { store, cache, token, commits } = await aStage();
  const commitAll = store.commitAll.bind(store);
  store.commitAll = () => Promise.reject(new UnknownOutcomeError('cut'));
  const { entry, object } = aPut(token, 'a');
  await t.throwsAsync(commits.commit(cache, entry, object), { instanceOf: UnknownOutcomeError });
  store.commitAll = commitAll;
  const next = aPut(token, 'b');
  t.is((await commits.commit(cache, next.entry, next.object)).outcome.kind, 'committed');
});
