import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { open as openForeign } from 'lmdb';
import { SystemTurn } from '../../../../runtime/process/turn.js';
import { FORMAT_KEY } from '../../../../runtime/snapshots/lmdb-keys.js';
import { LmdbStore } from '../../../../runtime/snapshots/lmdb-store.js';
import { fileSystemOf } from '../../../../runtime/snapshots/mount-check.js';
import { StoreUnusableError } from '../../../../runtime/snapshots/snapshot-store.js';
import { ManualClock } from '../../../harness/manual-clock.js';
import { commitOne, loadAll, put, revisionOf, TYPE, text } from '../../../contract/store-entries.js';

const PAGE = 4_096;

function aFolder(t: ExecutionContext): string {
  const root = mkdtempSync(join(tmpdir(), 'troupe-open-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'data');
}

const open = (directory: string, incarnation = 'one', more: Partial<Parameters<typeof LmdbStore.open>[0]> = {}) =>
  LmdbStore.open({ directory, incarnation, clock: new ManualClock(), turn: new SystemTurn(), ...more });

/** The bytes of a store with some objects, closed. */
async function dataFile(t: ExecutionContext): Promise<Buffer> {
  const folder = aFolder(t);
  const store = await open(folder);
  const token = (await store.claim(TYPE, [0], 'one')).get(0);
  for (let i = 0; i < 20; i++) await revisionOf(store, put(token ?? t.fail(), `k${i}`, 0, 'x'.repeat(3_000)));
  await store.close();
  return readFileSync(join(folder, 'data.mdb'));
}

async function isRefused(t: ExecutionContext, bytes: Buffer, message: RegExp): Promise<void> {
  const folder = aFolder(t);
  const path = join(folder, 'data.mdb');
  mkdirSync(folder);
  writeFileSync(path, bytes);
  const error = await t.throwsAsync(open(folder), { instanceOf: StoreUnusableError, message });
  t.true(error?.message.includes(path), 'the file is named');
  t.true(readFileSync(path).equals(bytes), 'the file is left as it was');
  t.false(existsSync(join(folder, 'lock.mdb')), 'LMDB has not touched the folder');
}

test('files of zeros, of text and of nothing are refused by name and left alone', async (t) => {
  await isRefused(t, Buffer.alloc(100_000), /not a Troupe data file/);
  await isRefused(t, Buffer.from('apiVersion: v1\n'.repeat(1_000)), /not a Troupe data file/);
  await isRefused(t, Buffer.alloc(0), /not a Troupe data file/);
});

test('a file cut in the middle is refused by name and left alone', async (t) => {
  const bytes = await dataFile(t);
  await isRefused(t, bytes.subarray(0, bytes.length >> 1), /is damaged \(it is cut short\)|is damaged/);
  await isRefused(t, bytes.subarray(0, PAGE), /is damaged/);
});

test('a zeroed page of the tree is refused, whichever it is, or was not in use', async (t) => {
  const bytes = await dataFile(t);
  let refused = 0;
  for (let page = 0; page < bytes.length / PAGE; page++) {
    const damaged = Buffer.from(bytes);
    damaged.fill(0, page * PAGE, (page + 1) * PAGE);
    const folder = aFolder(t);
    mkdirSync(folder);
    writeFileSync(join(folder, 'data.mdb'), damaged);
    try {
      const store = await open(folder);
      t.is((await loadAll(store)).length, 20, `page ${page}`);
      await store.close();
    } catch (error) {
      t.true(error instanceof StoreUnusableError, `page ${page}: ${(error as Error).message}`);
      refused++;
    }
  }
  t.true(refused > 20);
});

test("another program's LMDB file is refused and left alone", async (t) => {
  const folder = aFolder(t);
  const foreign = openForeign({ path: folder, noSubdir: false });
  await foreign.put('their key', 'their value');
  await foreign.close();
  await isRefused(t, readFileSync(join(folder, 'data.mdb')), /not a Troupe data file/);
});

test('a file of a newer format is refused and left alone', async (t) => {
  const folder = aFolder(t);
  const newer = openForeign({ path: folder, noSubdir: false, encoding: 'binary', keyEncoding: 'binary' });
  await newer.put(FORMAT_KEY, Buffer.from('troupe 999'));
  await newer.close();
  await isRefused(
    t,
    readFileSync(join(folder, 'data.mdb')),
    /has format 999, and this version of Troupe knows formats up to 1/,
  );
});

test('a folder that a store has open is refused, and free again once it is closed', async (t) => {
  const folder = aFolder(t);
  const first = await open(folder);
  await t.throwsAsync(open(folder, 'two'), {
    instanceOf: StoreUnusableError,
    message: /is in use by another process \(\d+\)/,
  });
  await first.close();
  const second = await open(folder, 'two');
  await second.close();
  t.pass();
});

test('a file where the folder should be is refused', async (t) => {
  const path = aFolder(t);
  writeFileSync(path, 'a file');
  await t.throwsAsync(open(path), { instanceOf: StoreUnusableError, message: /can't be the data folder/ });
});

test('a clean end is told to the next life, a sudden one is not', async (t) => {
  const folder = aFolder(t);
  const first = await open(folder);
  t.true(first.openedClean, 'a new store has lost nothing');
  await first.claim(TYPE, [0], 'one');
  const sudden = aFolder(t);
  mkdirSync(sudden);
  writeFileSync(join(sudden, 'data.mdb'), readFileSync(join(folder, 'data.mdb')));
  await first.close();
  const afterClean = await open(folder, 'two');
  const afterSudden = await open(sudden, 'two');
  t.is(text(await afterClean.getRecord('clean')), 'true');
  t.is(await afterSudden.getRecord('clean'), undefined);
  t.deepEqual((await afterClean.generations(TYPE)).length, 1, 'the generation is raised all the same');
  await afterClean.close();
  await afterSudden.close();
});

test('with little disk left creates are full, deletions and the updates before them pass', async (t) => {
  const free = Number.MAX_SAFE_INTEGER;
  const limits = { freeDiskForCreatesMin: free, freeDiskForUpdatesMin: 0 };
  const folder = aFolder(t);
  const first = await open(folder);
  const before = (await first.claim(TYPE, [0], 'one')).get(0);
  await revisionOf(first, put(before ?? t.fail(), 'a', 0));
  await first.close();
  const store = await open(folder, 'two', { limits });
  const token = (await store.claim(TYPE, [0], 'two')).get(0) ?? t.fail();
  t.deepEqual(await commitOne(store, put(token, 'b', 0)), { kind: 'full' });
  t.is(await revisionOf(store, put(token, 'a', 2)), 3);
  await store.close();
  const fuller = await open(folder, 'three', { limits: { ...limits, freeDiskForUpdatesMin: free } });
  const last = (await fuller.claim(TYPE, [0], 'three')).get(0) ?? t.fail();
  t.deepEqual(await commitOne(fuller, put(last, 'a', 3)), { kind: 'full' });
  const entry = { ...put(last, 'a', 3), write: { kind: 'delete' as const, bytes: Buffer.from('a') } };
  t.is(await revisionOf(fuller, entry), 4);
  await fuller.close();
});

test('the file system of a path is that of its nearest mount, the later of two on one place', (t) => {
  const mountinfo = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '23 22 0:40 / /mnt/c rw shared:1 - 9p C:\\134 rw',
    '24 22 0:41 / /mnt/with\\040space rw - nfs4 server:/x rw',
    '25 22 0:42 / /srv rw - nfs4 server:/y rw',
    '26 22 254:1 / /srv rw - xfs /dev/vdb rw',
  ].join('\n');
  t.is(fileSystemOf('/home/me', mountinfo), 'ext4');
  t.is(fileSystemOf('/mnt/c/data', mountinfo), '9p');
  t.is(fileSystemOf('/mnt/cd', mountinfo), 'ext4');
  t.is(fileSystemOf('/mnt/with space/x', mountinfo), 'nfs4');
  t.is(fileSystemOf('/srv/data', mountinfo), 'xfs');
});
