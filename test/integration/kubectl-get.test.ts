/** What the real kubectl shows of a cluster: every output form of get, describe, events, watches. */
import { aConfigMap, aDeployment, aPod } from '../harness/a-workload.js';
import { onCluster } from '../harness/on-cluster.js';

const check = await onCluster({ nodes: 2 });

/** Cells of a printed table, without its header. */
function rows(output: string): string[][] {
  return output
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s{2,}/));
}

check('get lists pods in columns, and -o wide adds address and node', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 2 }));
  await k.ok('rollout status deploy/web --timeout=30s');
  const plain = await k.ok('get pods');
  t.regex(plain, /^NAME +READY +STATUS +RESTARTS +AGE\n/);
  t.is(rows(plain).length, 2);
  for (const [name, ready, status, restarts] of rows(plain)) {
    t.regex(name!, /^web-[bcdf-hj-np-tv-z2456789]{1,10}-[bcdf-hj-np-tv-z2456789]{5}$/);
    t.deepEqual([ready, status, restarts], ['1/1', 'Running', '0']);
  }
  const wide = await k.ok('get pods -o wide');
  t.regex(wide, /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
  for (const row of rows(wide)) {
    t.regex(row[5]!, /^\d+\.\d+\.\d+\.\d+$/);
    t.regex(row[6]!, /^node-[12]$/);
  }
  t.regex(
    await k.ok('get deploy,rs -o wide'),
    /NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\ndeployment.apps\/web +2\/2 +2 +2 .* main +example.test\/app:1 +app=web\n\nNAME +DESIRED +CURRENT +READY .*\nreplicaset.apps\/web-/,
  );
});

check('get -o yaml, json, name, jsonpath and custom-columns show the stored object', async (t, { k, namespace }) => {
  await k.apply(aConfigMap('one', { color: 'red' }), aConfigMap('two', { color: 'blue' }));
  const stored = await k.get('cm one');
  t.is(stored.kind, 'ConfigMap');
  t.is(stored.metadata.namespace, namespace);
  t.deepEqual(stored.data, { color: 'red' });
  t.regex(stored.metadata.uid, /^[0-9a-f-]{36}$/);
  t.regex(stored.metadata.resourceVersion, /^[1-9]\d*$/);
  t.regex(stored.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  t.regex(await k.ok('get cm one -o yaml'), /^apiVersion: v1\ndata:\n {2}color: red\nkind: ConfigMap\nmetadata:\n/);
  t.is(await k.ok('get cm one two -o name'), 'configmap/one\nconfigmap/two\n');
  t.is(await k.ok('get cm two -o jsonpath={.data.color}'), 'blue');
  const columns = await k.ok('get cm one two -o custom-columns=NAME:.metadata.name,COLOR:.data.color');
  t.is(columns, 'NAME   COLOR\none    red\ntwo    blue\n');
  const list = await k.get('cm');
  t.is(list.kind, 'List');
  // biome-ignore lint/suspicious/noExplicitAny: a list of objects of any kind
  t.deepEqual(
    list.items.map((item: any) => item.metadata.name),
    ['kube-root-ca.crt', 'one', 'two'],
  );
});

check(
  'get -A shows all namespaces, -l and --field-selector choose, --sort-by orders, --show-labels shows',
  async (t, { k, namespace }) => {
    await k.apply(aPod('b', { pod: { priority: undefined } }), aPod('a'), aConfigMap('c'));
    await k.ok('wait --for=condition=Ready pod/a pod/b --timeout=30s');
    t.regex(await k.ok('get pods -A'), new RegExp(`^NAMESPACE +NAME .*\\n(.*\\n)*${namespace} +a `));
    t.is(await k.ok('get pods -l app=b -o name'), 'pod/b\n');
    t.is(await k.ok(['get', 'pods', '-l', 'app in (a, b),app!=b', '-o', 'name']), 'pod/a\n');
    t.is(await k.ok('get pods --field-selector metadata.name=a -o name'), 'pod/a\n');
    t.is(await k.ok('get pods --field-selector status.phase!=Running -o name'), '');
    t.is(
      (await k.ok('get pods --field-selector status.phase=Running,spec.restartPolicy=Always -o name'))
        .trim()
        .split('\n').length,
      2,
    );
    t.regex(await k.fails('get pods --field-selector spec.color=red'), /field label not supported: spec.color/);
    const names = (output: string) => rows(output).map((row) => row[0] ?? '');
    t.deepEqual(names(await k.ok('get pods --sort-by=.metadata.name')), ['a', 'b']);
    t.deepEqual(names(await k.ok('get pods --sort-by={.metadata.creationTimestamp}')).sort(), ['a', 'b']);
    t.regex(await k.ok('get pod a --show-labels'), /LABELS\na .* app=a\n/);
    t.regex(await k.ok('get pods -L app'), /AGE +APP\na .* a\nb .* b\n/);
    t.is(await k.ok('get pods --no-headers -l app=none'), '');
  },
);

check('get of what is not there fails in the words that scripts look for', async (t, { k, namespace }) => {
  t.is(await k.fails('get pod nobody'), 'Error from server (NotFound): pods "nobody" not found\n');
  t.regex(await k.fails('get spaceships'), /^error: the server doesn't have a resource type "spaceships"\n/);
  const { stderr, code } = await k.run('get pods');
  t.is(stderr, `No resources found in ${namespace} namespace.\n`);
  t.is(code, 0);
  t.is(await k.ok('get pod nobody --ignore-not-found'), '');
});

check('get -w prints each change as a row, --output-watch-events names it', async (t, { k }) => {
  const pods = k.start('get pods -w');
  const maps = k.start('get cm -w --output-watch-events --field-selector metadata.name=one');
  await pods.prints(/No resources found|^$/, 5_000);
  await k.apply(aConfigMap('other'), aConfigMap('one'), aPod('p'));
  await pods.prints(/^p +0\/1 +ContainerCreating|^p +0\/1 +Pending/m);
  await pods.prints(/^p +1\/1 +Running/m);
  await k.ok('label cm one a=b');
  await k.ok('delete cm one other');
  await k.ok('delete pod p');
  await pods.prints(/^p +[01]\/1 +Terminating/m);
  await maps.prints(/^ADDED +one .*\nMODIFIED +one .*\nDELETED +one /m);
  t.notRegex((await maps.stop()).stdout, /other/);
  await pods.stop();
});

check('get -w --output json and --watch-only give whole objects', async (t, { k }) => {
  await k.apply(aConfigMap('old'));
  const watch = k.start('get cm --watch-only -o json');
  await k.apply(aConfigMap('fresh', { a: '1' }));
  await k.ok('patch cm fresh -p {"data":{"a":"2"}}');
  await watch.prints(/"a": "2"/);
  t.notRegex((await watch.stop()).stdout, /"name": "old"/);
});

check('get --chunk-size pages through a list without losing or repeating a name', async (t, { k }) => {
  const names = Array.from({ length: 23 }, (_, i) => `map-${String(i).padStart(2, '0')}`);
  await k.apply(...names.map((name) => aConfigMap(name)));
  const listed = (await k.ok('get cm --chunk-size=5 -o name')).trim().split('\n');
  t.deepEqual(listed, ['configmap/kube-root-ca.crt', ...names.map((name) => `configmap/${name}`)]);
});

check('describe shows a deployment, its pods with their events, a config map and a node', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 1 }), aConfigMap('one'));
  await k.ok('rollout status deploy/web --timeout=30s');
  const deployment = await k.ok('describe deploy web');
  t.regex(deployment, /Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable/);
  t.regex(deployment, /NewReplicaSet: +web-\S+ \(1\/1 replicas created\)/);
  t.regex(
    deployment,
    /Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\S+ from 0 to 1/,
  );
  const pod = await k.ok('describe pod -l app=web');
  t.regex(pod, /Controlled By: +ReplicaSet\/web-/);
  t.regex(pod, /Normal +Scheduled +\S+ +default-scheduler +Successfully assigned \S+\/web-\S+ to node-[12]/);
  t.regex(pod, /Normal +Started +\S+ +kubelet +/);
  t.regex(pod, /QoS Class: +BestEffort/);
  t.regex(await k.ok('describe rs'), /Normal +SuccessfulCreate +\S+ +replicaset-controller +Created pod: web-/);
  t.regex(await k.ok('describe cm one'), /Data\n====\ncolor:\n----\nred\n/);
  const node = await k.ok('describe node node-1');
  t.regex(node, /Conditions:\n(.*\n)+? +Ready +True .*KubeletReady/);
  t.regex(node, /Allocated resources:/);
  t.regex(await k.ok('describe namespace default'), /Status: +Active/);
  t.regex(await k.ok('describe sa default'), /Name: +default/);
  t.regex(await k.ok('describe priorityclass system-node-critical'), /Value: +2000001000/);
});

check('events lists what happened to an object, and get events by field', async (t, { k }) => {
  await k.apply(aPod('p'), aPod('q'));
  await k.ok('wait --for=condition=Ready pod/p pod/q --timeout=30s');
  const events = await k.ok('events --for pod/p');
  t.regex(events, /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/);
  t.regex(events, /Normal +Scheduled +Pod\/p +Successfully assigned/);
  t.regex(events, /Normal +Started +Pod\/p /);
  t.notRegex(events, /Pod\/q/);
  t.regex(await k.ok('events --types=Normal'), /Pod\/q/);
  t.regex(await k.ok('get events --field-selector involvedObject.name=q,reason=Scheduled'), /Scheduled +pod\/q/);
  t.regex(await k.fails('get events --field-selector involvedObject.color=q'), /field label not supported/);
});
