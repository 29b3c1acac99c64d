import test from 'ava';
import { agentsConcern, mergedStatus } from '../../../../actors/node-links/pod-status-merge.js';
import type { Pod, PodStatus } from '../../../../schemas/meta/object.js';

const aPod = (status: object, metadata: object = {}) =>
  ({ metadata: { uid: 'u', name: 'web', ...metadata }, spec: {}, status }) as unknown as Pod;
const condition = (type: string, more: object = {}) => ({ type, status: 'True', ...more });

test('conditions of others stay, and the scheduler keeps the time of its own', (t) => {
  const gate = condition('example.com/gate');
  const pod = aPod({
    phase: 'Pending',
    conditions: [condition('PodScheduled', { lastTransitionTime: 'then' }), gate],
    nominatedNodeName: 'n',
  });
  const reported = {
    phase: 'Running',
    conditions: [condition('Ready'), condition('PodScheduled', { lastTransitionTime: 'now', observedGeneration: 2 })],
  };
  const merged = mergedStatus(pod, reported as unknown as PodStatus)!;
  t.is(merged.nominatedNodeName, 'n');
  t.deepEqual(merged.conditions as unknown, [
    condition('Ready'),
    condition('PodScheduled', { lastTransitionTime: 'then', observedGeneration: 2 }),
    gate,
  ]);
});

test('a pod that has ended stays so, and the same report twice commits nothing', (t) => {
  const pod = aPod({ phase: 'Failed', reason: 'Evicted' });
  t.is(mergedStatus(pod, { phase: 'Running' }), undefined);
  t.is(mergedStatus(pod, { phase: 'Succeeded' })?.phase, 'Failed');
  const merged = mergedStatus(aPod({}), { phase: 'Running' })!;
  t.is(mergedStatus(aPod(merged), { phase: 'Running' }), undefined);
});

test('an agent is told of deletions, labels and gates, but not of its own reports', (t) => {
  const base = agentsConcern(aPod({ phase: 'Pending' }));
  t.is(agentsConcern(aPod({ phase: 'Running', conditions: [condition('Ready')] })), base);
  t.not(agentsConcern(aPod({ phase: 'Pending', conditions: [condition('example.com/gate')] })), base);
  t.not(agentsConcern(aPod({ phase: 'Pending' }, { deletionTimestamp: 'now' })), base);
  t.not(agentsConcern(aPod({ phase: 'Pending' }, { labels: { a: 'b' } })), base);
});
