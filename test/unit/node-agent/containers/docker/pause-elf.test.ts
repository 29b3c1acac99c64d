import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pauseElf } from '../../../../../node-agent/containers/docker/pause-elf.js';

const onX86 = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip; // It runs the file.

test('the waiting process is a static executable of less than 300 bytes for either architecture', (t) => {
  for (const [architecture, machine] of [
    ['x86_64', 62],
    ['aarch64', 183],
  ] as const) {
    const elf = pauseElf(architecture);
    t.true(elf.length < 300, `${elf.length}`);
    t.is(elf.toString('latin1', 0, 4), '\x7fELF');
    t.is(elf.readUInt16LE(18), machine);
    t.is(elf.readBigUInt64LE(96), BigInt(elf.length));
  }
});

onX86('it waits until it is told to end', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-pause-'));
  const path = join(directory, 'pause');
  await writeFile(path, pauseElf('x86_64'));
  await chmod(path, 0o755);
  const child = execFile(path);
  await new Promise((resolve) => child.once('spawn', resolve));
  t.is(child.exitCode, null);
  const end = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  child.kill('SIGCHLD');
  child.kill('SIGTERM');
  t.true([0, 'SIGTERM'].includes((await end) as string)); // By its handler, or before that is set.
  await rm(directory, { recursive: true });
});
