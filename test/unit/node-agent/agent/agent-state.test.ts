import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { FileAgentState } from '../../../../node-agent/agent/agent-state.js';
import type { DesiredPods } from '../../../../schemas/messages/node-link.js';

const desired = (version: number) => ({ version }) as unknown as DesiredPods;

test('saves that overlap all succeed, and the newest is what is loaded', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-state-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const state = new FileAgentState(join(folder, 'agent.json'));
  await Promise.all(Array.from({ length: 20 }, (_, i) => state.save(desired(i))));
  t.deepEqual(await state.load(), desired(19));
  await state.save(desired(20));
  t.deepEqual(await new FileAgentState(join(folder, 'agent.json')).load(), desired(20));
  t.deepEqual(await readdir(folder), ['agent.json']);
});

test('a save that fails is told, and the next one is tried again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-state-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'agent.json');
  const state = new FileAgentState(path);
  await mkdir(path); // A file can't be renamed onto a folder.
  await t.throwsAsync(state.save(desired(1)), { code: 'EISDIR' });
  await rmdir(path);
  await state.save(desired(2));
  t.deepEqual(await state.load(), desired(2));
});
