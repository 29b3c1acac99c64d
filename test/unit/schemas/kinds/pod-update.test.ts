import test from 'ava';
import { pod } from '../../../../schemas/kinds/pod.js';
import { aContainer, aDefaultedPod, copyOf } from './a-pod.js';

/** The errors of changing `previous` by `change`, each as `path: message`. */
function problemsOfChange(previous: any, change: (next: any) => void): string[] {
  const next = copyOf(previous);
  change(next);
  return (pod.validateUpdate?.(next, previous) ?? []).map(({ field, message }) => `${field}: ${message}`);
}

test('images, deadlines, more tolerations and labels may change', (t) => {
  const previous = aDefaultedPod({ activeDeadlineSeconds: 60, tolerations: [{ key: 'a', operator: 'Exists' }] });
  t.deepEqual(
    problemsOfChange(previous, ({ spec, metadata }) => {
      spec.containers[0].image = 'busybox:2';
      spec.activeDeadlineSeconds = 30;
      spec.tolerations.push({ key: 'b', operator: 'Exists' });
      metadata.labels = { a: 'b' };
    }),
    [],
  );
});

test('anything else is refused with the fields that may change and the difference', (t) => {
  const [problem, ...others] = problemsOfChange(aDefaultedPod({ hostname: 'a' }), ({ spec }) => {
    spec.hostname = 'b';
  });
  t.is(
    problem,
    [
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
        '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
        '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      '  core.PodSpec{',
      '  \t... // 7 identical fields',
      '- \tHostname: "a",',
      '+ \tHostname: "b",',
      '  }',
      '',
    ].join('\n'),
  );
  t.is(others.length, 0);
});

test('containers are neither added nor removed, deadlines not raised, tolerations not taken away', (t) => {
  const previous = aDefaultedPod({ activeDeadlineSeconds: 60, tolerations: [{ key: 'a', operator: 'Exists' }] });
  t.deepEqual(
    problemsOfChange(previous, ({ spec }) => spec.containers.push(aContainer({ name: 'd' }))),
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  );
  t.deepEqual(
    problemsOfChange(previous, ({ spec }) => {
      spec.activeDeadlineSeconds = 90;
    }),
    ['spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value'],
  );
  t.deepEqual(
    problemsOfChange(previous, ({ spec }) => {
      spec.tolerations = [];
    }),
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  );
});

test('a negative grace period may become 1 and nothing else', (t) => {
  const previous = aDefaultedPod({ terminationGracePeriodSeconds: -5 });
  const to = (seconds: number) =>
    problemsOfChange(previous, ({ spec }) => {
      spec.terminationGracePeriodSeconds = seconds;
    });
  t.is(to(1).length, 0);
  t.is(to(2).length, 1);
});

test('gates only go, and a gated pod may narrow where it wants to run', (t) => {
  const previous = aDefaultedPod({ schedulingGates: [{ name: 'a' }, { name: 'b' }], nodeSelector: { x: 'y' } });
  t.deepEqual(
    problemsOfChange(previous, ({ spec }) => {
      spec.schedulingGates = [{ name: 'a' }];
      spec.nodeSelector.zone = 'z';
    }),
    [],
  );
  t.deepEqual(
    problemsOfChange(previous, ({ spec }) => {
      spec.schedulingGates = [{ name: 'c' }];
      spec.nodeSelector = { zone: 'z' };
    }),
    [
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'",
      'spec.nodeSelector: Invalid value: {"zone":"z"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
  );
});

test('an unchanged pod costs no comparison: the same spec object is not looked into', (t) => {
  const previous = aDefaultedPod();
  const spec = new Proxy(previous.spec, {
    get() {
      throw new Error('looked into the spec');
    },
  });
  t.deepEqual(pod.validateUpdate?.({ ...previous, spec }, { ...previous, spec }), []);
});

test('ephemeral containers are added through their subresource and stay as they are', (t) => {
  const rules = pod.targetRules!['ephemeralcontainers']!;
  const previous = aDefaultedPod({ ephemeralContainers: [aContainer({ name: 'd' })] });
  const next = copyOf(previous);
  next.spec.ephemeralContainers.push(aContainer({ name: 'e' }));
  next.spec.hostname = 'ignored';
  rules.prepare(next, previous);
  t.is(next.spec.hostname, undefined);
  t.deepEqual(rules.validate(next, previous), []);
  const removed = { ...previous, spec: { ...previous.spec, ephemeralContainers: [] } };
  t.is(
    rules.validate(removed, previous)[0]?.message,
    'Forbidden: existing ephemeral containers "d" may not be removed\n',
  );
});

test('a resize keeps all but cpu and memory, and the QoS class', (t) => {
  const rules = pod.targetRules!['resize']!;
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '200m' } };
  const previous = aDefaultedPod({ containers: [aContainer({ resources })] });
  const resize = (changed: object) => {
    const next = copyOf(previous);
    next.spec.containers[0].resources = changed;
    next.spec.containers[0].image = 'ignored';
    rules.prepare(next, previous);
    return { next, problems: rules.validate(next, previous).map(({ field, message }) => `${field}: ${message}`) };
  };
  const good = resize({ requests: { cpu: '150m' }, limits: { cpu: '300m' } });
  t.deepEqual(good.problems, []);
  t.is(good.next.spec.containers[0].image, 'busybox:1.36');
  t.deepEqual(resize({ limits: { cpu: '200m' } }).problems, [
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
  ]);
  t.deepEqual(resize({ ...resources, requests: { cpu: '100m', 'ephemeral-storage': '1Gi' } }).problems, [
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
});
