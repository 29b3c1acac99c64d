/** Every way in which the real kubectl changes an object, and what is stored afterwards. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aConfigMap, aDeployment, aPod } from '../harness/a-workload.js';
import type { KubectlSession } from '../harness/kubectl-session.js';
import { until } from '../harness/kubectl-session.js';
import { onCluster, type Place } from '../harness/on-cluster.js';

const check = await onCluster({ nodes: 2 });

function aFile({ troupe }: Place, name: string, content: string): string {
  const file = path.join(troupe.dataFolder, name);
  writeFileSync(file, content);
  return file;
}

/** An editor for `kubectl edit`: runs sed over the file, and keeps what it was shown in `<name>.seen`. */
function anEditor(place: Place, name: string, script: string): Record<string, string> {
  const file = aFile(place, name, `#!/bin/sh\ncat "$1" >> "$0.seen"\nexec sed -i '${script}' "$1"\n`);
  chmodSync(file, 0o755);
  return { KUBE_EDITOR: file };
}

const resourceVersionOf = async (k: KubectlSession, name: string) =>
  (await k.get(name)).metadata.resourceVersion as string;

check(
  'apply creates, then leaves unchanged, then merges: fields that others set stay, those no longer named go',
  async (t, { k }) => {
    t.is(await k.apply(aConfigMap('one', { a: '1', b: '2' })), 'configmap/one created\n');
    const first = await resourceVersionOf(k, 'cm/one');
    t.is(await k.apply(aConfigMap('one', { a: '1', b: '2' })), 'configmap/one unchanged\n');
    t.is(await resourceVersionOf(k, 'cm/one'), first);
    await k.ok('patch cm one -p {"data":{"other":"kept"}}');
    t.is(await k.apply(aConfigMap('one', { a: '3' })), 'configmap/one configured\n');
    t.deepEqual((await k.get('cm one')).data, { a: '3', other: 'kept' });
  },
);

check('apply merges containers by name and keeps the replicas that scale has set', async (t, { k }) => {
  const { spec, ...rest } = aDeployment('web', { replicas: 1 }) as { spec: { replicas?: number } };
  delete spec.replicas;
  await k.apply({ ...rest, spec });
  await k.ok('scale deploy web --replicas=3');
  await k.ok(
    'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.test/side:1"}]}}}}',
  );
  await k.apply(aDeployment('web', { replicas: 3, image: 'example.test/app:2' }));
  const stored = await k.get('deploy web');
  t.is(stored.spec.replicas, 3);
  const images = stored.spec.template.spec.containers.map(({ image }: { image: string }) => image).sort();
  t.deepEqual(images, ['example.test/app:2', 'example.test/side:1']);
});

check(
  'apply takes a folder, several documents of YAML, a List, and --prune removes what is no longer there',
  async (t, place) => {
    const { k } = place;
    const yaml = (name: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels: {set: x}\ndata:\n  text: |\n    two\n    lines\n`;
    const both = aFile(place, 'both.yaml', `${yaml('a')}---\n${yaml('b')}`);
    t.is(await k.ok(`apply -f ${both}`), 'configmap/a created\nconfigmap/b created\n');
    t.is((await k.get('cm b')).data.text, 'two\nlines\n');
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [aConfigMap('c'), aConfigMap('d')] });
    t.is(await k.ok('apply -f -', { input: list }), 'configmap/c created\nconfigmap/d created\n');
    const one = aFile(place, 'one.yaml', yaml('a'));
    const pruned = await k.ok(`apply -f ${one} --prune -l set=x --prune-allowlist=core/v1/ConfigMap`);
    t.is(pruned, 'configmap/a unchanged\nconfigmap/b pruned\n');
    t.regex(await k.fails('get cm b'), /NotFound/);
  },
);

check(
  'apply --dry-run=server answers what would be stored and stores nothing; --dry-run=client asks nobody',
  async (t, { k }) => {
    const input = JSON.stringify(aDeployment('web'));
    const said = await k.ok('apply --dry-run=server -f - -o json', { input });
    t.is(JSON.parse(said).spec.strategy.type, 'RollingUpdate');
    t.is(await k.ok('apply --dry-run=server -f -', { input }), 'deployment.apps/web created (server dry run)\n');
    t.regex(await k.fails('get deploy web'), /NotFound/);
    await k.apply(aConfigMap('one'));
    const before = await resourceVersionOf(k, 'cm/one');
    t.is(
      await k.ok('apply --dry-run=server -f -', { input: JSON.stringify(aConfigMap('one', { color: 'blue' })) }),
      'configmap/one configured (server dry run)\n',
    );
    t.is(await k.ok('delete cm one --dry-run=server'), 'configmap "one" deleted (server dry run)\n');
    t.is(await resourceVersionOf(k, 'cm/one'), before);
    t.regex(await k.ok('create cm two --from-literal=a=b --dry-run=client -o yaml'), /data:\n {2}a: b\n/);
  },
);

check(
  'diff shows what apply would change, with exit code 1, and nothing with 0 where nothing would',
  async (t, { k }) => {
    await k.apply(aConfigMap('one', { color: 'red' }));
    const changed = await k.run('diff -f -', { input: JSON.stringify(aConfigMap('one', { color: 'blue' })) });
    t.is(changed.code, 1);
    t.regex(changed.stdout, /^- {2}color: red$/m);
    t.regex(changed.stdout, /^\+ {2}color: blue$/m);
    const same = await k.run('diff -f -', { input: JSON.stringify(aConfigMap('one', { color: 'red' })) });
    t.deepEqual([same.code, same.stdout], [0, '']);
    t.is((await k.get('cm one')).data.color, 'red');
  },
);

check('create makes each kind that it has a generator for, and refuses a name that is taken', async (t, { k }) => {
  t.is(
    await k.ok('create deployment web --image=example.test/app:1 --replicas=2 --port=80'),
    'deployment.apps/web created\n',
  );
  t.is(await k.ok('create configmap one --from-literal=a=1 --from-literal=b=2'), 'configmap/one created\n');
  t.is(await k.ok('create secret generic s --from-literal=password=secret'), 'secret/s created\n');
  t.is((await k.get('secret s')).data.password, Buffer.from('secret').toString('base64'));
  t.is(await k.ok('create serviceaccount robot'), 'serviceaccount/robot created\n');
  t.is(await k.ok('create service clusterip web --tcp=80:8080'), 'service/web created\n');
  t.is(await k.ok('expose deployment web --name=web2 --port=80'), 'service/web2 exposed\n');
  t.regex(await k.ok('create token robot'), /^[\w-]+\.[\w-]+\.[\w-]+$/);
  t.is(await k.ok('run solo --image=example.test/app:1 --restart=Never'), 'pod/solo created\n');
  t.is((await k.get('pod solo')).spec.restartPolicy, 'Never');
  t.is(
    await k
      .ok('create -f -', { input: JSON.stringify({ ...aConfigMap('x'), metadata: { generateName: 'map-' } }) })
      .then((said) => said.replace(/map-[a-z0-9]{5}/, 'map-?')),
    'configmap/map-? created\n',
  );
  t.is(await k.fails('create configmap one'), 'error: failed to create configmap: configmaps "one" already exists\n');
  t.is(
    await k.ok('create priorityclass test-high --value=1000'),
    'priorityclass.scheduling.k8s.io/test-high created\n',
  );
  await k.ok('delete priorityclass test-high');
});

check('edit stores what the editor left, and shows the reason when that is refused', async (t, place) => {
  const { k } = place;
  await k.apply(aConfigMap('one', { color: 'red' }), aDeployment('web', { replicas: 1 }));
  t.is(
    await k.ok('edit cm one', { env: anEditor(place, 'blue.sh', 's/color: red/color: blue/') }),
    'configmap/one edited\n',
  );
  t.is((await k.get('cm one')).data.color, 'blue');
  t.regex((await k.run('edit cm one', { env: { KUBE_EDITOR: 'true' } })).stderr, /Edit cancelled, no changes made/);
  t.is(
    await k.ok('edit deploy web', { env: anEditor(place, 'two.sh', 's/replicas: 1/replicas: 2/') }),
    'deployment.apps/web edited\n',
  );
  t.is((await k.get('deploy web')).spec.replicas, 2);
  const refused = await k.fails('edit deploy web', { env: anEditor(place, 'bad.sh', 's/replicas: 2/replicas: -7/') });
  t.regex(refused, /error: deployments.apps "web" is invalid\n/);
  const seen = readFileSync(path.join(place.troupe.dataFolder, 'bad.sh.seen'), 'utf8');
  t.regex(seen, /^# \* spec.replicas: Invalid value: -7: must be greater than or equal to 0$/m);
  t.is((await k.get('deploy web')).spec.replicas, 2);
});

check('patch in all three types changes what it names, and says when it changed nothing', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 1, pod: { tolerations: [{ key: 'a', operator: 'Exists' }] } }));
  const strategic = {
    spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] } } },
  };
  t.is(await k.ok(['patch', 'deploy', 'web', '-p', JSON.stringify(strategic)]), 'deployment.apps/web patched\n');
  const merge = {
    metadata: { labels: { tier: 'front' } },
    spec: { template: { spec: { tolerations: [{ key: 'b', operator: 'Exists' }] } } },
  };
  t.is(
    await k.ok(['patch', 'deploy', 'web', '--type=merge', '-p', JSON.stringify(merge)]),
    'deployment.apps/web patched\n',
  );
  const json = [
    { op: 'test', path: '/spec/replicas', value: 1 },
    { op: 'replace', path: '/spec/replicas', value: 2 },
    { op: 'add', path: '/metadata/annotations/x~1y', value: 'z' },
  ];
  t.is(
    await k.ok(['patch', 'deploy', 'web', '--type=json', '-p', JSON.stringify(json)]),
    'deployment.apps/web patched\n',
  );
  const { metadata, spec } = await k.get('deploy web');
  const { containers, tolerations } = spec.template.spec;
  t.deepEqual(
    [containers.length, containers[0].image, containers[0].env],
    [1, 'example.test/app:1', [{ name: 'A', value: '1' }]],
  );
  t.deepEqual(tolerations, [{ key: 'b', operator: 'Exists' }]);
  t.deepEqual([metadata.labels.tier, metadata.annotations['x/y'], spec.replicas], ['front', 'z', 2]);
  t.is(
    await k.ok(['patch', 'deploy', 'web', '--type=merge', '-p', JSON.stringify(merge)]),
    'deployment.apps/web patched (no change)\n',
  );
  t.regex(
    await k.fails(['patch', 'deploy', 'web', '--type=json', '-p', JSON.stringify(json)]),
    /test failed|testing .* failed|the server rejected our request/i,
  );
  t.is(
    await k.ok([
      'patch',
      'deploy',
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"metadata":{"annotations":{"via":"status"}}}',
    ]),
    'deployment.apps/web patched\n',
  );
});

check(
  'replace stores the whole object, --force makes a new one, and a stale resourceVersion is a conflict',
  async (t, { k }) => {
    await k.apply(aConfigMap('one', { a: '1', b: '2' }));
    const old = await k.get('cm one');
    const put = (object: object, more = '') => k.run(`replace${more} -f -`, { input: JSON.stringify(object) });
    t.is((await put(aConfigMap('one', { a: '3' }))).stdout, 'configmap/one replaced\n');
    t.deepEqual((await k.get('cm one')).data, { a: '3' });
    const stale = await put({ ...old, data: { a: 'stale' } });
    t.regex(
      stale.stderr,
      /Error from server \(Conflict\): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again/,
    );
    t.deepEqual((await k.get('cm one')).data, { a: '3' });
    t.is(
      (await put(aConfigMap('one', { a: '4' }), ' --force')).stdout,
      'configmap "one" deleted\nconfigmap/one replaced\n',
    );
    const fresh = await k.get('cm one');
    t.deepEqual(fresh.data, { a: '4' });
    t.not(fresh.metadata.uid, old.metadata.uid);
    t.regex((await put(aConfigMap('two'))).stderr, /configmaps "two" not found/);
  },
);

check('label and annotate set, refuse to overwrite without being told, and remove', async (t, { k }) => {
  await k.apply(aConfigMap('one'), aConfigMap('two'));
  t.is(await k.ok('label cm one tier=front'), 'configmap/one labeled\n');
  t.regex(await k.fails('label cm one tier=back'), /'tier' already has a value \(front\), and --overwrite is false/);
  t.is(await k.ok('label cm one tier=back --overwrite'), 'configmap/one labeled\n');
  t.is(await k.ok('get cm -l tier=back -o name'), 'configmap/one\n');
  t.is(await k.ok('label cm one tier-'), 'configmap/one unlabeled\n');
  t.is(await k.ok('get cm -l tier -o name'), '');
  t.is(
    await k.ok(['annotate', 'cm', 'one', 'two', 'note=some words']),
    'configmap/one annotated\nconfigmap/two annotated\n',
  );
  t.is((await k.get('cm two')).metadata.annotations.note, 'some words');
  t.is(await k.ok('annotate cm two note-'), 'configmap/two annotated\n');
  t.is((await k.get('cm two')).metadata.annotations.note, undefined);
  t.regex(await k.fails(['label', 'cm', 'one', 'a=not valid']), /invalid label value: "a=not valid"/);
});

check('scale changes the replicas, checks the ones it was told to expect, and the pods follow', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 1 }));
  t.is(await k.ok('scale deploy/web --replicas=3'), 'deployment.apps/web scaled\n');
  await k.ok('wait --for=jsonpath={.status.readyReplicas}=3 deploy/web --timeout=30s');
  t.regex(await k.fails('scale deploy/web --current-replicas=7 --replicas=1'), /Expected replicas to be 7, was 3/);
  t.is(await k.ok('scale deploy/web --current-replicas=3 --replicas=0'), 'deployment.apps/web scaled\n');
  await until(
    () => k.ok('get pods -l app=web -o name'),
    (names) => names === '',
  );
});

check('delete waits for the end, takes labels and --all, and says what is not there', async (t, { k }) => {
  await k.apply(aPod('a'), aPod('b'), aPod('c'), aConfigMap('one'));
  await k.ok('wait --for=condition=Ready pod --all --timeout=30s');
  t.is(await k.ok('delete pod a'), 'pod "a" deleted\n');
  t.regex(await k.fails('get pod a'), /NotFound/);
  t.is(await k.ok('delete pods -l app=b'), 'pod "b" deleted\n');
  t.is(await k.ok('delete pods --all'), 'pod "c" deleted\n');
  t.is(await k.ok('get pods -o name'), '');
  t.is(await k.ok('delete cm/one'), 'configmap "one" deleted\n');
  t.is(await k.fails('delete cm one'), 'Error from server (NotFound): configmaps "one" not found\n');
  t.is(await k.ok('delete cm one --ignore-not-found'), '');
});

check('delete --force --grace-period=0 removes a pod at once, whatever its grace', async (t, { k }) => {
  await k.apply(aPod('slow', { pod: { terminationGracePeriodSeconds: 600 } }));
  await k.ok('wait --for=condition=Ready pod/slow --timeout=30s');
  const { stdout, stderr } = await k.run('delete pod slow --force --grace-period=0');
  t.is(stdout, 'pod "slow" force deleted\n');
  t.regex(stderr, /Immediate deletion does not wait for confirmation/);
  t.regex(await k.fails('get pod slow'), /NotFound/);
});

check(
  'delete --cascade=orphan leaves the pods behind without an owner; foreground waits for them; background does not',
  async (t, { k }) => {
    await k.apply(
      aDeployment('kept', { replicas: 2 }),
      aDeployment('front', { replicas: 2 }),
      aDeployment('back', { replicas: 2 }),
    );
    for (const name of ['kept', 'front', 'back']) await k.ok(`rollout status deploy/${name} --timeout=30s`);
    t.is(await k.ok('delete deploy kept --cascade=orphan'), 'deployment.apps "kept" deleted\n');
    const [orphan] = (await k.get('rs -l app=kept')).items;
    t.is(orphan.metadata.ownerReferences, undefined);
    t.is(
      await k.ok(`delete rs ${orphan.metadata.name} --cascade=orphan`),
      `replicaset.apps "${orphan.metadata.name}" deleted\n`,
    );
    const pods = (await k.get('pods -l app=kept')).items;
    t.deepEqual(
      pods.map((pod: { metadata: { ownerReferences?: unknown } }) => pod.metadata.ownerReferences),
      [undefined, undefined],
    );
    await k.ok('delete deploy front --cascade=foreground');
    t.is(await k.ok('get rs,pods -l app=front -o name'), '');
    await k.ok('delete deploy back');
    await until(
      () => k.ok('get rs,pods -l app=back -o name'),
      (names) => names === '',
    );
    t.is((await k.get('pods -l app=kept')).items.length, 2);
  },
);

check('a deployment adopts the orphans that its selector finds', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 2 }));
  await k.ok('rollout status deploy/web --timeout=30s');
  const names = async () => (await k.ok('get pods -o name')).trim().split('\n').sort();
  const before = await names();
  await k.ok('delete deploy web --cascade=orphan');
  await k.apply(aDeployment('web', { replicas: 2 }));
  await k.ok('rollout status deploy/web --timeout=30s');
  t.deepEqual(await names(), before);
  await until(
    () => k.get('rs'),
    ({ items }) => items.length === 1 && items[0].metadata.ownerReferences?.[0]?.name === 'web',
  );
});

check('deleting a namespace takes everything in it along', async (t, { k, troupe }) => {
  const all = troupe.kubectl;
  await all.ok('create namespace doomed');
  const d = k.in('doomed');
  await d.apply(aDeployment('web', { replicas: 2 }), aConfigMap('one'));
  await d.ok('rollout status deploy/web --timeout=30s');
  t.is(await all.ok('delete namespace doomed'), 'namespace "doomed" deleted\n');
  t.regex(await all.fails('get namespace doomed'), /NotFound/);
  t.regex(await all.ok('get pods,deploy,rs,cm -A -o name'), /^(?!.*doomed)/);
  t.is((await all.ok('get pods,deploy,rs,cm -A --no-headers')).includes('doomed'), false);
  t.regex(await d.fails('create cm late'), /namespaces "doomed" not found/);
  t.regex(await all.fails('delete namespace default'), /this namespace may not be deleted/);
});
