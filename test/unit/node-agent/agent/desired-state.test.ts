import test from 'ava';
import { DesiredState } from '../../../../node-agent/agent/desired-state.js';
import type { Pod } from '../../../../schemas/meta/object.js';

const pod = (uid: string, resourceVersion = '1') => ({ metadata: { uid, name: uid, resourceVersion } }) as Pod;
const removed = (uid: string) => ({ namespace: 'default', name: uid, uid });

test('what is older than the newest message is ignored, by generation and then by revision', (t) => {
  const state = new DesiredState();
  state.replace({ storeGeneration: 1, revision: 10, pods: [pod('a')] });
  t.is(state.replace({ storeGeneration: 1, revision: 9, pods: [] }).kind, 'ignored');
  t.is(state.replace({ storeGeneration: 0, revision: 99, pods: [] }).kind, 'ignored');
  t.true(state.has('a'));
  t.is(state.replace({ storeGeneration: 2, revision: 5, pods: [] }).kind, 'obey');
});

test('a change that does not follow the last message is a gap, and changes nothing', (t) => {
  const state = new DesiredState();
  state.replace({ storeGeneration: 0, revision: 10, pods: [pod('a')] });
  t.is(state.change({ storeGeneration: 0, after: 11, revision: 12, pods: [], removed: [removed('a')] }).kind, 'gap');
  t.true(state.has('a'));
  const verdict = state.change({
    storeGeneration: 0,
    after: 10,
    revision: 12,
    pods: [pod('b', '12')],
    removed: [removed('a')],
  });
  t.deepEqual(verdict.kind === 'obey' && verdict.removed, ['a']);
  t.deepEqual([...state.pods.keys()], ['b']);
});

test('a pod bound after the message was made is not stopped by it', (t) => {
  const state = new DesiredState();
  state.replace({ storeGeneration: 0, revision: 10, pods: [pod('old', '5'), pod('new', '30')] });
  const verdict = state.replace({ storeGeneration: 0, revision: 20, pods: [] });
  t.deepEqual(verdict.kind === 'obey' && verdict.removed, ['old']);
  t.true(state.has('new'));
});

test('an owner of the node-link that has been replaced is not obeyed', (t) => {
  const state = new DesiredState();
  state.replace({ storeGeneration: 0, revision: 10, pods: [pod('a')], token: '0.5.x' });
  t.is(state.replace({ storeGeneration: 0, revision: 20, pods: [], token: '0.4.y' }).kind, 'ignored');
  t.is(state.replace({ storeGeneration: 0, revision: 20, pods: [], token: '0.6.z' }).kind, 'obey');
});
