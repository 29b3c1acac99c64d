import test from 'ava';
import { ForbiddenError } from '../../../../schemas/errors.js';
import { admitPod } from '../../../../schemas/kinds/pod-admission.js';
import { aContainer, aPod, copyOf } from './a-pod.js';

const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
const serviceAccount: any = { metadata: { name: 'default' }, imagePullSecrets: [{ name: 'registry' }] };
const high: any = { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' };
const facts = { priorityClasses: [high], serviceAccount, suffix: 'abcde' };

test('a plain pod gets its account, a token in every container, tolerations and a priority', (t) => {
  const pod = aPod({ initContainers: [aContainer({ name: 'i' })] });
  admitPod(pod, facts);
  const mount = { name: 'kube-api-access-abcde', readOnly: true, mountPath: DIRECTORY };
  t.deepEqual(pod.spec.containers[0].volumeMounts, [mount]);
  t.deepEqual(pod.spec.initContainers[0].volumeMounts, [mount]);
  t.is(pod.spec.volumes[0].name, 'kube-api-access-abcde');
  t.is(pod.spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds, 3607);
  t.like(pod.spec, { serviceAccountName: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
  t.deepEqual(pod.spec.imagePullSecrets, [{ name: 'registry' }]);
  t.deepEqual(
    pod.spec.tolerations.map(({ key, tolerationSeconds }: any) => [key, tolerationSeconds]),
    [
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ],
  );
});

test('admission is repeatable and changes nothing that a template may share', (t) => {
  const containers = Object.freeze([Object.freeze(aContainer())]);
  const pod = aPod({ containers });
  admitPod(pod, facts);
  const once = copyOf(pod);
  admitPod(pod, { ...facts, suffix: 'other' });
  t.deepEqual(copyOf(pod), once);
  t.is(containers[0].volumeMounts, undefined);
});

test('no token is mounted where the pod, or else its account, does not want one', (t) => {
  const unwanted = { ...serviceAccount, automountServiceAccountToken: false };
  const pod = aPod();
  admitPod(pod, { ...facts, serviceAccount: unwanted });
  t.is(pod.spec.volumes, undefined);
  const other = aPod({ automountServiceAccountToken: true });
  admitPod(other, { ...facts, serviceAccount: unwanted });
  t.is(other.spec.volumes.length, 1);
});

test('tolerations of the pod for the same taints are kept as they are', (t) => {
  const tolerations = [{ operator: 'Exists' }];
  const pod = aPod({ tolerations });
  admitPod(pod, facts);
  t.deepEqual(pod.spec.tolerations, tolerations);
});

test('a priority class gives its value and policy, and the default class its name', (t) => {
  const pod = aPod({ priorityClassName: 'high' });
  admitPod(pod, facts);
  t.like(pod.spec, { priority: 1000, preemptionPolicy: 'Never' });
  const plain = aPod();
  admitPod(plain, {
    ...facts,
    priorityClasses: [high, { ...high, metadata: { name: 'std' }, value: 5, globalDefault: true }],
  });
  t.like(plain.spec, { priority: 5, priorityClassName: 'std' });
});

test('unknown classes and accounts and made-up priorities are forbidden', (t) => {
  const refusal = (spec: object, known: object = facts) => {
    const error = t.throws(() => admitPod(aPod(spec), known as typeof facts), { instanceOf: ForbiddenError });
    return error?.message;
  };
  t.is(refusal({ priorityClassName: 'x' }), 'pods "p" is forbidden: no PriorityClass with name x was found');
  t.is(
    refusal({ priority: 7 }),
    'pods "p" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  );
  t.is(
    refusal({ serviceAccountName: 'robot' }, { ...facts, serviceAccount: undefined }),
    'pods "p" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
  );
});
