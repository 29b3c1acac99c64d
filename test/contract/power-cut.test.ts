/**
 * What a killed process, and a machine without power, leave behind. The images are copies of the data file made while commits are in flight, opened as
 * a new life: with safeRestore LMDB goes back to the state whose meta page says that it was flushed, so a commit that was acknowledged before the
 * copy began and is missing there was acknowledged before its flush.
 */
import { fork } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { loadAll, logAfter, TYPE } from './store-entries.js';
import { load, open } from './store-load.js';

/** The image's newest revision; throws if revisions are missing below it. */
async function newestIn(image: string): Promise<number> {
  const store = await open(image, 'after');
  const newest = (await store.newest([TYPE])).get(TYPE)?.revision ?? 0;
  const first = await store.readLog(TYPE, 0, 1);
  const from = first.kind === 'behind' ? first.oldest - 1 : 0;
  const log = await logAfter(store, from);
  if (log.length !== newest - from) throw new Error(`${log.length} revisions after ${from} up to ${newest}`);
  if (log.some(({ revision }, i) => revision !== from + i + 1)) throw new Error('a revision is missing');
  const snapshots = await loadAll(store);
  const highest = Math.max(0, ...snapshots.map(({ revision }) => revision));
  if (highest !== newest && newest > 1) throw new Error(`snapshots end at ${highest}, the log at ${newest}`);
  await store.close();
  return newest;
}

test('every commit acknowledged before an image of the file was taken is in the image, without holes', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'troupe-cut-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, 'data');
  const store = await open(directory, 'before');
  const images: { image: string; acknowledged: number }[] = [];
  let answers = 0;
  await load(store, 'before', (revision) => {
    if (++answers % 97 === 0) {
      const image = join(root, `image-${images.length}`);
      mkdirSync(image);
      copyFileSync(join(directory, 'data.mdb'), join(image, 'data.mdb'));
      images.push({ image, acknowledged: revision });
    }
    return images.length < 20;
  });
  await store.close();
  for (const { image, acknowledged } of images) {
    const newest = await newestIn(image);
    t.true(newest >= acknowledged, `${newest} in the image, ${acknowledged} acknowledged`);
  }
});

test('a process killed under load has lost nothing that it acknowledged', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'troupe-kill-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, 'data');
  const child = fork(fileURLToPath(new URL('store-load.js', import.meta.url)), ['child', directory], { execArgv: [] });
  let acknowledged = 0;
  await new Promise<void>((resolve) => {
    child.on('message', (revision) => {
      acknowledged = Math.max(acknowledged, revision as number);
      if (acknowledged >= 1_500) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve());
  });
  t.true(acknowledged >= 1_500);
  t.true((await newestIn(directory)) >= acknowledged);
});
