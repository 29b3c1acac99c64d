import test from 'ava';
import { pod } from '../../../../schemas/kinds/pod.js';
import { aContainer, aPod } from './a-pod.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');

/** The cells by the name of their column. */
function row(spec: object, status: object, metadata: object = {}): Record<string, unknown> {
  const object = { ...aPod(spec, { creationTimestamp: '2026-01-01T00:00:00Z', ...metadata }), status };
  const cells = pod.cells(object, NOW);
  return Object.fromEntries(pod.columns.map(({ name }, i) => [name, cells[i]]));
}

const statusOf = (spec: object, status: object, metadata?: object) => row(spec, status, metadata)['Status'];
const waiting = (reason: string) => ({ waiting: { reason } });
const terminated = (exitCode: number, reason?: string) => ({ terminated: { exitCode, reason } });
const running = { running: {} };

test('a running pod is shown as kubectl get -o wide shows it', (t) => {
  const status = {
    phase: 'Running',
    podIPs: [{ ip: '10.0.0.5' }],
    conditions: [{ type: 'www', status: 'True' }],
    containerStatuses: [
      {
        name: 'c',
        ready: true,
        restartCount: 3,
        state: running,
        lastState: { terminated: { finishedAt: '2026-01-01T00:58:00Z' } },
      },
    ],
  };
  t.deepEqual(row({ nodeName: 'n', readinessGates: [{ conditionType: 'www' }, { conditionType: 'x' }] }, status), {
    Name: 'p',
    Ready: '1/1',
    Status: 'Running',
    Restarts: '3 (2m ago)',
    Age: '60m',
    IP: '10.0.0.5',
    Node: 'n',
    'Nominated Node': '<none>',
    'Readiness Gates': '1/2',
  });
});

test('a pod that waits says what for', (t) => {
  t.is(statusOf({}, { phase: 'Pending' }), 'Pending');
  t.is(statusOf({}, { phase: 'Failed', reason: 'Evicted' }), 'Evicted');
  const gated = [{ type: 'PodScheduled', reason: 'SchedulingGated' }];
  t.is(statusOf({}, { phase: 'Pending', conditions: gated }), 'SchedulingGated');
  const backOff = { name: 'c', state: waiting('CrashLoopBackOff') };
  t.is(statusOf({}, { phase: 'Running', containerStatuses: [backOff] }), 'CrashLoopBackOff');
  t.is(
    statusOf({}, { phase: 'Pending', containerStatuses: [{ name: 'c', state: waiting('PodInitializing') }] }),
    'PodInitializing',
  );
});

test('a pod that ended says how', (t) => {
  const ended = (state: object) => statusOf({}, { phase: 'Failed', containerStatuses: [{ name: 'c', state }] });
  t.is(ended(terminated(0, 'Completed')), 'Completed');
  t.is(ended(terminated(1, 'Error')), 'Error');
  t.is(ended(terminated(3)), 'ExitCode:3');
  t.is(ended({ terminated: { exitCode: 137, signal: 9 } }), 'Signal:9');
});

test('initialization is counted, and its failures are marked', (t) => {
  const initContainers = [aContainer({ name: 'a' }), aContainer({ name: 'b' })];
  const during = (...states: object[]) =>
    statusOf(
      { initContainers },
      { phase: 'Pending', initContainerStatuses: states.map((state, i) => ({ name: 'ab'[i], state })) },
    );
  t.is(during(running, waiting('PodInitializing')), 'Init:0/2');
  t.is(during(terminated(0, 'Completed'), running), 'Init:1/2');
  t.is(during(terminated(1, 'Error')), 'Init:Error');
  t.is(during(terminated(2)), 'Init:ExitCode:2');
  t.is(during(waiting('ImagePullBackOff')), 'Init:ImagePullBackOff');
});

test('a started sidecar counts as a container and does not hold up initialization', (t) => {
  const initContainers = [aContainer({ name: 's', restartPolicy: 'Always' })];
  const status = {
    phase: 'Running',
    initContainerStatuses: [{ name: 's', started: true, ready: true, restartCount: 1, state: running }],
    containerStatuses: [{ name: 'c', ready: true, restartCount: 1, state: running }],
  };
  t.like(row({ initContainers }, status), { Ready: '2/2', Status: 'Running', Restarts: '2' });
});

test('one finished container beside a running one is not the end', (t) => {
  const containerStatuses = [
    { name: 'c', ready: false, state: terminated(0, 'Completed') },
    { name: 'd', ready: true, state: running },
  ];
  const containers = [aContainer(), aContainer({ name: 'd' })];
  t.is(statusOf({ containers }, { phase: 'Running', containerStatuses }), 'NotReady');
  const conditions = [{ type: 'Ready', status: 'True' }];
  t.is(statusOf({ containers }, { phase: 'Running', containerStatuses, conditions }), 'Running');
});

test('a pod that is being deleted is Terminating, or Unknown on a lost node', (t) => {
  const deleted = { deletionTimestamp: '2026-01-01T00:59:00Z' };
  t.is(statusOf({}, { phase: 'Running' }, deleted), 'Terminating');
  t.is(statusOf({}, { phase: 'Running', reason: 'NodeLost' }, deleted), 'Unknown');
  t.is(statusOf({}, { phase: 'Succeeded' }, deleted), 'Succeeded');
});
