import test from 'ava';
import { ConflictError, ServiceUnavailableError } from '../../../../schemas/errors.js';
import { podRequestOf } from '../../../../actors/scheduler/pod-request.js';
import { aNode, aPod, Hall } from './hall.js';

const open = async (...nodes: any[]) => {
  const hall = new Hall();
  hall.put('nodes', ...nodes);
  await hall.auctioneer.start();
  await hall.settle();
  return hall;
};

const scheduled = (pod: any) => pod.status.conditions?.find(({ type }: any) => type === 'PodScheduled');

test('pods are bound under the guards of bidder and auctioneer, and an event says where', async (t) => {
  const hall = await open(aNode('n1'));
  const bound: any[] = [];
  const bind = hall.client.bind.bind(hall.client);
  hall.client.bind = (key, message) => {
    bound.push(message.guards);
    return bind(key, message);
  };
  hall.put('pods', aPod('web'));
  await hall.settle();
  t.is(hall.pod('web').spec.nodeName, 'n1');
  t.deepEqual(bound, [
    [
      { name: 'node/n1', value: 'pool-1-token' },
      { name: 'auctioneer/main', value: 'auctioneer-token' },
    ],
  ]);
  t.is(hall.guards.get('node/n1'), 'pool-1-token');
  t.is(hall.guards.get('auctioneer/main'), 'auctioneer-token');
  t.deepEqual(
    hall.events.map(({ reason, message }) => [reason, message]),
    [['Scheduled', 'Successfully assigned default/web to n1']],
  );
});

test('equal pods spread evenly over equal nodes', async (t) => {
  const hall = await open(...Array.from({ length: 10 }, (_, i) => aNode(`n${i}`)));
  hall.put('pods', ...Array.from({ length: 100 }, (_, i) => aPod(`p${i}`, { cpu: '100m' })));
  await hall.settle();
  t.deepEqual(
    Object.values(hall.perNode()),
    Array.from({ length: 10 }, () => 10),
  );
});

test('no node is ever given more than it has, and the pod that is left over says why', async (t) => {
  const hall = await open(aNode('n1'), aNode('n2'), aNode('n3', { taints: [{ key: 'a', effect: 'NoSchedule' }] }));
  hall.put('pods', ...Array.from({ length: 5 }, (_, i) => aPod(`p${i}`, { cpu: '2' })));
  await hall.settle();
  t.deepEqual(hall.perNode(), { n1: 2, n2: 2, '': 1 });
  const [left] = [...hall.store.of('pods').values()].filter((pod) => !pod['spec'].nodeName);
  const message =
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.';
  t.like(scheduled(left), { status: 'False', reason: 'Unschedulable', message });
  t.is(hall.events.filter(({ reason }) => reason === 'FailedScheduling').length, 1);
  // Room wakes it.
  hall.store.remove('pods', [...hall.store.of('pods')].find(([, pod]) => pod['spec'].nodeName === 'n2')![0]);
  await hall.settle();
  t.deepEqual(hall.perNode(), { n1: 2, n2: 2 });
});

test('without nodes a pod waits and says so, until one joins', async (t) => {
  const hall = await open();
  hall.put('pods', aPod('web'));
  await hall.settle();
  t.is(scheduled(hall.pod('web')).message, 'no nodes available to schedule pods');
  hall.put('nodes', aNode('n1'));
  await hall.settle();
  t.is(hall.pod('web').spec.nodeName, 'n1');
});

test('a node that is uncordoned or relabelled wakes the pods that it refused', async (t) => {
  const hall = await open(aNode('n1', { unschedulable: true }));
  hall.put('pods', aPod('web', {}, { nodeSelector: { disk: 'ssd' } }));
  await hall.settle();
  t.regex(scheduled(hall.pod('web')).message, /^0\/1 nodes are available: 1 node\(s\) were unschedulable\. /);
  hall.put('nodes', aNode('n1'));
  await hall.settle();
  t.regex(scheduled(hall.pod('web')).message, /1 node\(s\) didn't match Pod's node affinity\/selector\. /);
  hall.put('nodes', aNode('n1', { labels: { disk: 'ssd' } }));
  await hall.settle();
  t.is(hall.pod('web').spec.nodeName, 'n1');
});

test('the higher priority gets the last place', async (t) => {
  const hall = await open(aNode('n1'));
  hall.put('pods', aPod('low', { cpu: '3' }), aPod('high', { cpu: '3' }, { priority: 100 }));
  await hall.settle();
  t.is(hall.pod('high').spec.nodeName, 'n1');
  t.is(hall.pod('low').spec.nodeName, undefined);
});

test("a gated pod is not auctioned before its gates are gone; another scheduler's never", async (t) => {
  const hall = await open(aNode('n1'));
  hall.put(
    'pods',
    aPod('gated', {}, { schedulingGates: [{ name: 'g' }] }),
    aPod('foreign', {}, { schedulerName: 'mine' }),
  );
  await hall.settle();
  t.is(scheduled(hall.pod('gated')).reason, 'SchedulingGated');
  hall.put('pods', { ...hall.pod('gated'), spec: { ...hall.pod('gated').spec, schedulingGates: undefined } });
  await hall.settle();
  t.is(hall.pod('gated').spec.nodeName, 'n1');
  t.is(hall.pod('foreign').spec.nodeName, undefined);
});

test('two pods that want one host port go to two nodes, and a third waits', async (t) => {
  const hall = await open(aNode('n1'), aNode('n2'));
  const ports = {
    containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }],
  };
  hall.put('pods', aPod('a', {}, ports), aPod('b', {}, ports), aPod('c', {}, ports));
  await hall.settle();
  t.deepEqual(Object.values(hall.perNode()), [1, 1, 1]);
  const [left] = [...hall.store.of('pods').values()].filter((pod) => !pod['spec'].nodeName);
  t.regex(scheduled(left).message, /2 node\(s\) didn't have free ports for the requested pod ports\./);
});

test('while a bind is unknown its room stays taken; the same ask is repeated until it is known', async (t) => {
  const hall = await open(aNode('n1'));
  const asks: (string | undefined)[] = [];
  const bind = hall.client.bind.bind(hall.client);
  let isDown = true;
  hall.client.bind = async (key, message, options?: any) => {
    if (key === 'default/first') asks.push(options?.askId);
    if (isDown && key === 'default/first') throw new ServiceUnavailableError('the store is away');
    return bind(key, message);
  };
  hall.put('pods', aPod('first', { cpu: '3' }));
  await hall.settle();
  hall.put('pods', aPod('second', { cpu: '3' }));
  await hall.settle();
  t.is(hall.pod('second').spec.nodeName, undefined);
  isDown = false;
  hall.clock.jump(10_000);
  await hall.settle();
  t.is(hall.pod('first').spec.nodeName, 'n1');
  t.is(hall.pod('second').spec.nodeName, undefined);
  t.true(asks.length >= 2 && asks.every((ask) => ask === asks[0]));
});

test('a refused bind gives its room back, and the pod is auctioned again', async (t) => {
  const hall = await open(aNode('n1'));
  const bind = hall.client.bind.bind(hall.client);
  let refusals = 1;
  hall.client.bind = async (key, message) => {
    if (refusals-- > 0) throw new ConflictError({ group: '', resource: 'pods', name: 'web' });
    return bind(key, message);
  };
  hall.put('pods', aPod('web', { cpu: '4' }));
  await hall.settle();
  t.is(hall.pod('web').spec.nodeName, undefined);
  hall.clock.jump(1_000);
  await hall.settle();
  t.is(hall.pod('web').spec.nodeName, 'n1');
});

test('a bidder that was restarted is told its nodes again, and knows what runs on them', async (t) => {
  const hall = await open(aNode('n1'));
  hall.put('pods', aPod('first', { cpu: '3' }));
  await hall.settle();
  hall.bidders.get('pool-1')!.stop();
  hall.bidders.delete('pool-1');
  hall.put('pods', aPod('big', { cpu: '3' }), aPod('small', { cpu: '1' }));
  for (let i = 0; i < 5; i++) {
    await hall.settle();
    hall.clock.jump(1_000);
  }
  t.is(hall.pod('small').spec.nodeName, 'n1');
  t.is(hall.pod('big').spec.nodeName, undefined);
});

test('three hundred nodes make two pools, and pods spread over both', async (t) => {
  const hall = await open(...Array.from({ length: 300 }, (_, i) => aNode(`n${i}`)));
  t.deepEqual([...hall.bidders.keys()].sort(), ['pool-1', 'pool-2']);
  hall.put('pods', ...Array.from({ length: 300 }, (_, i) => aPod(`p${i}`)));
  await hall.settle();
  t.is(Math.max(...Object.values(hall.perNode())), 1);
});

test('a place that another scheduler chose is awarded once, where there is room, under the same guards', async (t) => {
  const hall = new Hall();
  hall.put('nodes', aNode('a'), aNode('b'));
  await hall.auctioneer.start();
  await hall.settle();
  hall.put(
    'pods',
    aPod('mine', { cpu: '3' }, { schedulerName: 'mine' }),
    aPod('more', { cpu: '3' }, { schedulerName: 'mine' }),
  );
  await hall.settle();
  t.deepEqual(hall.perNode(), { '': 2 }, 'pods of others are left alone');
  const bind = (name: string, node: string) => {
    const pod = hall.pod(name);
    const request = podRequestOf(pod);
    return hall.auctioneer.bindOutside({ request, key: `default/${name}` as never, uid: pod.metadata.uid, node });
  };
  t.deepEqual(await bind('mine', 'a'), { kind: 'bound' });
  t.is(hall.pod('mine').spec.nodeName, 'a');
  t.deepEqual(await bind('more', 'a'), { kind: 'refused', why: 'a: Insufficient cpu' });
  t.deepEqual(await bind('more', 'c'), { kind: 'refused', why: 'node "c" not found' });
  t.is(hall.pod('more').spec.nodeName, undefined);
});
