import test from 'ava';
import type { ContainerState } from '../../../../node-agent/containers/container-runtime.js';
import type { ObservedContainer, PodObservation } from '../../../../node-agent/agent/pod-observation.js';
import { planPod } from '../../../../node-agent/agent/pod-plan.js';
import { phaseOf } from '../../../../node-agent/agent/pod-phase.js';
import type { ContainerStatus, Pod } from '../../../../schemas/meta/object.js';

const aPod = (spec: object) =>
  ({
    metadata: { name: 'web', namespace: 'default', uid: 'u' },
    spec: { restartPolicy: 'Always', ...spec },
  }) as unknown as Pod;
const identity = { namespace: 'default', name: 'web', uid: 'u' };
const sandbox = { id: 's', pod: identity, attempt: 0, running: true, ips: ['10.0.0.5'], createdAtMs: 0 };
const c = (name: string, more: object = {}) => ({ name, image: 'app:1', ...more });

function observed(
  name: string,
  state: 'running' | 'exited' | 'created',
  more: Partial<ContainerState> = {},
): ObservedContainer {
  const base = {
    id: name,
    pod: identity,
    name,
    kind: 'main' as const,
    attempt: 0,
    createdAtMs: 0,
    image: 'app:1',
    imageId: 'app:1',
    labels: {},
  };
  return { current: { ...base, state, ...more }, ...(state === 'exited' ? { exitedMs: 0 } : {}) };
}

function seen(containers: ObservedContainer[], more: Partial<PodObservation> = {}): PodObservation {
  return {
    sandbox,
    volumesReady: true,
    containers: new Map(containers.map((one) => [one.current.name, one])),
    waiting: new Map(),
    probes: { started: () => true, ready: () => true },
    ...more,
  };
}

const actions = (pod: Pod, observation: PodObservation) =>
  planPod(pod, observation, () => undefined).actions.map((action) =>
    action.kind === 'start'
      ? `start ${action.container.name} ${action.attempt}`
      : action.kind === 'kill'
        ? `kill ${action.name}`
        : action.kind,
  );

test('the sandbox and the volumes are made at the same time, containers after both', (t) => {
  const pod = aPod({ containers: [c('a'), c('b')] });
  t.deepEqual(actions(pod, seen([], { sandbox: undefined, volumesReady: false })), ['prepareVolumes', 'createSandbox']);
  t.deepEqual(actions(pod, seen([], { volumesReady: false })), ['prepareVolumes']);
  t.deepEqual(actions(pod, seen([])), ['start a 0', 'start b 0']);
});

test('an init container must end well before the next one begins', (t) => {
  const pod = aPod({ initContainers: [c('one'), c('two')], containers: [c('a')] });
  t.deepEqual(actions(pod, seen([observed('one', 'running')])), []);
  t.deepEqual(actions(pod, seen([observed('one', 'exited', { exitCode: 1 })])), ['start one 1']);
  t.deepEqual(actions(pod, seen([observed('one', 'exited', { exitCode: 0 })])), ['start two 0']);
});

test('a failed init container ends a pod that may not restart', (t) => {
  const pod = aPod({ restartPolicy: 'Never', initContainers: [c('one')], containers: [c('a')] });
  t.true(planPod(pod, seen([observed('one', 'exited', { exitCode: 1 })]), () => undefined).finished);
});

test('a sidecar holds the next container back until it has started, and restarts even in a pod that may not', (t) => {
  const pod = aPod({
    restartPolicy: 'Never',
    initContainers: [c('side', { restartPolicy: 'Always' })],
    containers: [c('a')],
  });
  const slow = { started: () => false, ready: () => false };
  t.deepEqual(actions(pod, seen([observed('side', 'running')], { probes: slow })), []);
  t.deepEqual(actions(pod, seen([observed('side', 'running')])), ['start a 0']);
  t.deepEqual(actions(pod, seen([observed('side', 'exited', { exitCode: 1 }), observed('a', 'running')])), [
    'start side 1',
  ]);
});

test('a container that was created but never started is started with the same attempt', (t) => {
  t.deepEqual(actions(aPod({ containers: [c('a')] }), seen([observed('a', 'created', { attempt: 2 })])), ['start a 2']);
});

test('another image in the spec stops the container, so that it starts anew', (t) => {
  const running = observed('a', 'running', { labels: { 'io.troupe.image': 'app:0' } });
  t.deepEqual(actions(aPod({ containers: [c('a')] }), seen([running])), ['kill a']);
});

test('in a new sandbox everything begins again, counting on', (t) => {
  const pod = aPod({ initContainers: [c('init')], containers: [c('a')] });
  const old = { labels: { 'io.troupe.sandbox-attempt': '0' } };
  const observation = seen(
    [observed('init', 'exited', { exitCode: 0, ...old }), observed('a', 'exited', { exitCode: 137, ...old })],
    {
      sandbox: { ...sandbox, attempt: 1 },
    },
  );
  t.deepEqual(actions(pod, observation), ['start init 1']);
});

const status = (name: string, state: object, more: object = {}) =>
  [
    name,
    { name, state, ready: false, restartCount: 0, image: '', imageID: '', ...more } as unknown as ContainerStatus,
  ] as const;

test('the phase follows the kubelet: waiting containers make Pending, ended ones decide by restartPolicy', (t) => {
  const always = aPod({ containers: [c('a'), c('b')] });
  const never = aPod({ restartPolicy: 'Never', containers: [c('a'), c('b')] });
  const runs = { running: {} };
  const waits = { waiting: { reason: 'ContainerCreating' } };
  const ends = (exitCode: number) => ({ terminated: { exitCode } });
  const phase = (pod: Pod, a: object, b: object, ending = false) =>
    phaseOf(pod, new Map([status('a', a), status('b', b)]), ending);
  t.is(phase(always, runs, waits), 'Pending');
  t.is(phase(always, runs, ends(1)), 'Running');
  t.is(phase(always, ends(0), ends(0)), 'Running');
  t.is(phase(never, ends(0), runs), 'Running');
  t.is(phase(never, ends(0), ends(0)), 'Succeeded');
  t.is(phase(never, ends(0), ends(1)), 'Failed');
  t.is(phase(always, ends(0), ends(0), true), 'Succeeded');
  t.is(phase(always, ends(0), ends(137), true), 'Failed');
  t.is(phase(always, ends(0), waits, true), 'Failed');
});
