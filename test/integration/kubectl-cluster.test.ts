/** What the real kubectl asks about the API and does to nodes: discovery, explain, whoami, cordon, drain, taint. */
import { aDeployment, aPod } from '../harness/a-workload.js';
import { until } from '../harness/kubectl-session.js';
import { onCluster } from '../harness/on-cluster.js';

const check = await onCluster({ nodes: 3 });

const nodesOf = (list: { items: { spec: { nodeName?: string }; metadata: { deletionTimestamp?: string } }[] }) =>
  list.items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ spec }) => spec.nodeName);

check('api-resources and api-versions list what is served', async (t, { k }) => {
  const resources = await k.ok('api-resources -o wide');
  t.regex(resources, /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND +VERBS +CATEGORIES\n/);
  t.regex(resources, /^pods +po +v1 +true +Pod +create,delete,deletecollection,get,list,patch,update,watch +all$/m);
  t.regex(resources, /^deployments +deploy +apps\/v1 +true +Deployment .* all$/m);
  t.regex(resources, /^nodes +no +v1 +false +Node /m);
  t.regex(resources, /^priorityclasses +pc +scheduling.k8s.io\/v1 +false +PriorityClass /m);
  t.regex(await k.ok('api-resources --namespaced=false -o name'), /^namespaces\n/m);
  const versions = (await k.ok('api-versions')).trim().split('\n');
  for (const version of ['apps/v1', 'coordination.k8s.io/v1', 'scheduling.k8s.io/v1', 'v1'])
    t.true(versions.includes(version), version);
});

check('explain tells of kinds and fields, and --recursive of the whole tree', async (t, { k }) => {
  const pod = await k.ok('explain pods');
  t.regex(pod, /^KIND: +Pod\nVERSION: +v1\n\nDESCRIPTION:\n/);
  t.regex(pod, /^ {2}spec\t<PodSpec>$/m);
  t.regex(await k.ok('explain deploy.spec.replicas'), /FIELD: replicas <integer>/);
  const tree = await k.ok('explain pods --recursive');
  t.true(tree.split('\n').length > 500);
  t.regex(tree, /^ {2,}terminationGracePeriodSeconds\t<integer>$/m);
  t.regex(await k.ok('explain pod.spec.containers.livenessProbe.exec'), /^ {2}command\t<\[\]string>$/m);
  t.regex(await k.fails('explain pod.spec.colour'), /field "colour" does not exist/);
});

check('version, cluster-info and the raw health endpoints answer', async (t, { k, troupe }) => {
  t.regex(await k.ok('version'), /^Server Version: v1\.36\.0\+troupe\./m);
  t.true((await k.ok('cluster-info')).includes(troupe.url));
  for (const path of ['/livez', '/readyz', '/healthz']) t.is(await k.ok(`get --raw ${path}`), 'ok');
  t.regex(await k.ok('get --raw /metrics'), /^# HELP /);
  t.is(JSON.parse(await k.ok('get --raw /api')).kind, 'APIVersions');
});

check('auth whoami names the administrator, and auth can-i says yes', async (t, { k }) => {
  const me = JSON.parse(await k.ok('auth whoami -o json')).status.userInfo;
  t.true(me.groups.includes('system:masters'));
  t.true(me.groups.includes('system:authenticated'));
  t.regex(await k.ok('auth whoami'), new RegExp(`^ATTRIBUTE +VALUE\\nUsername +${me.username}\\n`));
  t.is(await k.ok('auth can-i delete pods'), 'yes\n');
});

check('a cordoned node takes no new pods, and takes them again once uncordoned', async (t, { k }) => {
  t.is(await k.ok('cordon node-1'), 'node/node-1 cordoned\n');
  t.is(await k.ok('cordon node-1'), 'node/node-1 already cordoned\n');
  t.regex(await k.ok('get node node-1'), /Ready,SchedulingDisabled/);
  await k.apply(aDeployment('web', { replicas: 6 }));
  await k.ok('rollout status deploy/web --timeout=30s');
  t.false(nodesOf(await k.get('pods')).includes('node-1'));
  await k.ok('cordon node-2 node-3');
  await k.apply(aPod('late'));
  await until(
    () => k.ok('describe pod late'),
    (said) => /0\/3 nodes are available: 3 node\(s\) were unschedulable\./.test(said),
  );
  t.is(
    await k.ok('uncordon node-1 node-2 node-3'),
    'node/node-1 uncordoned\nnode/node-2 uncordoned\nnode/node-3 uncordoned\n',
  );
  await k.ok('wait --for=condition=Ready pod/late --timeout=30s');
});

check(
  'drain empties a node by evictions, keeps what has no owner unless forced, and the pods run elsewhere',
  async (t, { k }) => {
    await k.apply(aDeployment('web', { replicas: 6 }), aPod('alone', { pod: { nodeName: 'node-2' } }));
    await k.ok('rollout status deploy/web --timeout=30s');
    await k.ok('wait --for=condition=Ready pod/alone --timeout=30s');
    const refused = await k.fails('drain node-2 --timeout=30s --pod-selector=app');
    t.regex(
      refused,
      /cannot delete (cannot delete )?Pods that declare no controller \(use --force to override\): \S*alone/,
    );
    t.true(nodesOf(await k.get('pods')).includes('node-2'));
    const said = await k.ok('drain node-2 --force --timeout=60s --pod-selector=app');
    t.regex(said, /evicting pod \S+\/web-/);
    t.regex(said, /pod\/alone evicted\n/);
    t.regex(said, /node\/node-2 drained\n$/);
    t.deepEqual((await k.get('pods --field-selector spec.nodeName=node-2')).items, []);
    await k.ok('wait --for=jsonpath={.status.readyReplicas}=6 deploy/web --timeout=30s');
    await k.ok('uncordon node-2');
  },
);

check('a NoSchedule taint keeps pods away, a NoExecute taint sends them away, tolerations help', async (t, { k }) => {
  t.is(await k.ok('taint node node-3 test=x:NoSchedule'), 'node/node-3 tainted\n');
  const tolerations = [{ key: 'test', operator: 'Exists' }];
  await k.apply(
    aDeployment('web', { replicas: 6 }),
    aDeployment('tough', { replicas: 6, pod: { tolerations, nodeSelector: { 'kubernetes.io/hostname': 'node-3' } } }),
  );
  for (const name of ['web', 'tough']) await k.ok(`rollout status deploy/${name} --timeout=30s`);
  t.false(nodesOf(await k.get('pods -l app=web')).includes('node-3'));
  t.deepEqual(nodesOf(await k.get('pods -l app=tough')), Array(6).fill('node-3'));
  t.is(await k.ok('taint node node-1 test=x:NoExecute'), 'node/node-1 tainted\n');
  await until(
    () => k.get('pods -l app=web'),
    (list) => list.items.length === 6 && nodesOf(list).every((node) => node === 'node-2'),
  );
  t.is(await k.ok('taint node node-1 node-3 test-'), 'node/node-1 untainted\nnode/node-3 untainted\n');
  t.is((await k.get('node node-1')).spec.taints, undefined);
});

check('requests are never promised beyond what a node has, and describe node adds them up', async (t, { k }) => {
  const { allocatable } = (await k.get('node node-1')).status;
  const requests = { cpu: `${Math.floor(Number(allocatable.cpu) * 600)}m` };
  await k.apply(aDeployment('big', { replicas: 4, container: { resources: { requests } } }));
  await until(
    () => k.get('pods'),
    ({ items }) => items.filter((pod: { status: { phase: string } }) => pod.status.phase === 'Running').length === 3,
  );
  const nodes = nodesOf(await k.get('pods')).map((node) => node ?? 'waiting');
  t.deepEqual(nodes.toSorted(), ['node-1', 'node-2', 'node-3', 'waiting']);
  await until(
    () => k.ok('describe pods'),
    (said) => /0\/3 nodes are available: 3 Insufficient cpu\./.test(said),
  );
  t.regex(
    await k.ok('describe node node-1'),
    new RegExp(`cpu +${requests.cpu} \\(6?\\d%\\)|cpu +${requests.cpu} \\(5\\d%\\)`),
  );
});
