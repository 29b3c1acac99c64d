import test from 'ava';
import { pod } from '../../../../schemas/kinds/pod.js';
import { qosClassOf } from '../../../../schemas/kinds/pod-qos.js';
import { aContainer, aDefaultedPod, aPod } from './a-pod.js';

const context = { nowMs: 0, uuid: () => 'uuid' };
const withResources = (...lists: object[]) => ({
  spec: { containers: lists.map((resources, i) => aContainer({ name: `c${i}`, resources })) },
});

test('the QoS class follows from requests and limits of all containers', (t) => {
  const full = { cpu: '1', memory: '1Gi' };
  t.is(qosClassOf(withResources({})), 'BestEffort');
  t.is(qosClassOf(withResources({ requests: { cpu: '0' } })), 'BestEffort');
  t.is(qosClassOf(withResources({ limits: full })), 'Guaranteed');
  t.is(qosClassOf(withResources({ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } })), 'Guaranteed');
  t.is(qosClassOf(withResources({ limits: full, requests: { cpu: '500m' } })), 'Burstable');
  t.is(qosClassOf(withResources({ limits: full }, {})), 'Burstable');
  t.is(qosClassOf(withResources({ limits: { cpu: '1' } })), 'Burstable');
});

test('a new pod is Pending whatever status its creator sent', (t) => {
  const object = { ...aPod(), status: { phase: 'Running' } };
  pod.prepareForCreate?.(object, context);
  t.deepEqual(object.status as object, { phase: 'Pending', qosClass: 'BestEffort' });
});

test('a gated pod says so from the beginning', (t) => {
  const object = aPod({ schedulingGates: [{ name: 'a' }] });
  pod.prepareForCreate?.(object, context);
  t.like(object.status.conditions[0], { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' });
});

test('matchLabelKeys become expressions with the values of the pod', (t) => {
  const labelSelector = { matchLabels: { app: 'a' } };
  const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  const object = aPod(
    { topologySpreadConstraints: [{ ...constraint, matchLabelKeys: ['v', 'none'] }] },
    { labels: { v: '1' } },
  );
  pod.prepareForCreate?.(object, context);
  t.deepEqual(object.spec.topologySpreadConstraints[0].labelSelector.matchExpressions, [
    { key: 'v', operator: 'In', values: ['1'] },
  ]);
});

test('a status update leaves the spec, the QoS class and observed generations', (t) => {
  const conditions = [{ type: 'Ready', status: 'False', observedGeneration: 2 }];
  const previous = { ...aDefaultedPod(), status: { phase: 'Pending', qosClass: 'BestEffort', conditions } };
  const next = {
    ...previous,
    metadata: { ...previous.metadata },
    spec: { ...previous.spec, hostname: 'x' },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
  pod.prepareForStatusUpdate?.(next, previous);
  t.is(next.spec, previous.spec);
  t.deepEqual(next.status as object, {
    phase: 'Running',
    qosClass: 'BestEffort',
    conditions: [{ type: 'Ready', status: 'True', observedGeneration: 2 }],
  });
});

test('a container that ended for good does not start again', (t) => {
  const ended = (exitCode: number) => ({ name: 'c', state: { terminated: { exitCode } } });
  const running = { name: 'c', state: { running: {} } };
  const change = (restartPolicy: string, exitCode: number) => {
    const previous = { ...aDefaultedPod({ restartPolicy }), status: { containerStatuses: [ended(exitCode)] } };
    const next = { ...previous, status: { containerStatuses: [running] } };
    return pod.validateStatusUpdate?.(next, previous).map(({ field, message }) => `${field}: ${message}`);
  };
  const refused = ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'];
  t.deepEqual(change('Never', 1), refused);
  t.deepEqual(change('OnFailure', 0), refused);
  t.deepEqual(change('OnFailure', 1), []);
  t.deepEqual(change('Always', 0), []);
});

test('addresses in a status are addresses, one of each family', (t) => {
  const previous = { ...aDefaultedPod(), status: {} };
  const status = { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], hostIP: '10.0.0.9', hostIPs: [{ ip: 'host' }] };
  const problems = pod.validateStatusUpdate?.({ ...previous, status }, previous).map(({ field }) => field);
  t.deepEqual(problems, ['status.podIPs', 'status.hostIPs[0].ip', 'status.hostIPs[0]']);
});

test('an unbound or ended pod has no grace, and a negative one counts as a second', (t) => {
  const grace = (spec: object, status: object) => pod.graceSecondsOf?.({ ...aDefaultedPod(spec), status });
  t.is(grace({}, { phase: 'Pending' }), 0);
  t.is(grace({ nodeName: 'n' }, { phase: 'Running' }), 30);
  t.is(grace({ nodeName: 'n' }, { phase: 'Succeeded' }), 0);
  t.is(grace({ nodeName: 'n', terminationGracePeriodSeconds: -3 }, { phase: 'Running' }), 1);
});
