import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isMounted, mountPoints } from '../../../../node-agent/volumes/mounts.js';

const onLinux = process.platform === 'linux' ? test : test.skip; // It reads /proc.

test('mount points are read with the spaces that the kernel writes as octal', (t) => {
  const text = '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n36 22 0:30 / /my\\040data/pods rw,relatime - tmpfs tmpfs rw\n';
  t.deepEqual(mountPoints(text), ['/', '/my data/pods']);
});

onLinux('a mount is found by any path that leads to it, and a plain directory is none', async (t) => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'troupe-mounts-')));
  await symlink('/proc', join(directory, 'link'));
  t.true(await isMounted(join(directory, 'link')));
  t.false(await isMounted(directory));
  await rm(directory, { recursive: true });
});
