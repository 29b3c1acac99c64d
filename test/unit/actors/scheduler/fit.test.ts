import test from 'ava';
import { isTolerated } from '../../../../schemas/meta/tolerations.js';
import { matchesTerm } from '../../../../actors/scheduler/fit.js';
import { nodeFacts } from '../../../../actors/scheduler/node-facts.js';
import { podRequestOf } from '../../../../actors/scheduler/pod-request.js';
import { aNode } from './hall.js';

const withContainers = (containers: any[], initContainers: any[] = [], more: any = {}): any => ({
  spec: { containers, initContainers, ...more },
});
const asks = (cpu: string, more: any = {}) => ({ name: 'c', resources: { requests: { cpu } }, ...more });

test('init containers need their maximum, sidecars are added to everything after them, overhead on top', (t) => {
  const cpu = (pod: any) => podRequestOf(pod).cpuMillis;
  const sidecar = (amount: string) => asks(amount, { restartPolicy: 'Always' });
  t.is(cpu(withContainers([asks('1'), asks('500m')])), 1500);
  t.is(cpu(withContainers([asks('1')], [asks('3'), asks('2')])), 3000);
  t.is(cpu(withContainers([asks('1')], [sidecar('1'), asks('3')])), 4000);
  t.is(cpu(withContainers([asks('1')], [asks('3'), sidecar('1')])), 3000);
  t.is(cpu(withContainers([asks('1')], [], { overhead: { cpu: '250m' } })), 1250);
});

test('equal pods share one request', (t) => {
  const [a, b] = [withContainers([asks('1')]), withContainers([asks('1')])];
  t.is(podRequestOf(a), podRequestOf(b));
});

test('tolerations match by key, value, effect and operator', (t) => {
  const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' as const };
  t.true(isTolerated(taint, [{ operator: 'Exists' }]));
  t.true(isTolerated(taint, [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }]));
  t.true(isTolerated(taint, [{ key: 'gpu', value: 'yes' }]));
  t.false(isTolerated(taint, [{ key: 'gpu', value: 'no' }]));
  t.false(isTolerated(taint, [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }]));
});

test('affinity terms: all expressions of a term, an empty term nothing', (t) => {
  const node = nodeFacts(aNode('n1', { labels: { zone: 'a', cores: '8' } }) as never);
  const term = (...matchExpressions: any[]) => matchesTerm({ matchExpressions }, node);
  t.true(term({ key: 'zone', operator: 'In', values: ['a', 'b'] }, { key: 'cores', operator: 'Gt', values: ['4'] }));
  t.false(term({ key: 'zone', operator: 'In', values: ['a'] }, { key: 'cores', operator: 'Lt', values: ['4'] }));
  t.true(term({ key: 'gpu', operator: 'NotIn', values: ['yes'] }));
  t.false(term({ key: 'gpu', operator: 'Gt', values: ['1'] }));
  t.false(matchesTerm({}, node));
  t.true(matchesTerm({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }, node));
});
