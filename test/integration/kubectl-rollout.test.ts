/** Rollouts as a user drives them: set image, status, history, undo, pause, resume, restart, wait. */
import { aDeployment } from '../harness/a-workload.js';
import { type KubectlSession, until } from '../harness/kubectl-session.js';
import { onCluster } from '../harness/on-cluster.js';

const check = await onCluster({ nodes: 2 });

async function rolledOut(k: KubectlSession, deployment: object): Promise<void> {
  await k.apply(deployment);
  await k.ok('rollout status deploy/web --timeout=30s');
}

async function images(k: KubectlSession): Promise<string[]> {
  const { items } = await k.get('pods -l app=web');
  const running = items.filter((pod: { metadata: { deletionTimestamp?: string } }) => !pod.metadata.deletionTimestamp);
  return running.map((pod: { spec: { containers: { image: string }[] } }) => pod.spec.containers[0]!.image).sort();
}

check('rollout status follows a rollout to its end, and the pods are the new ones', async (t, { k }) => {
  await k.apply(aDeployment('web', { replicas: 4, spec: { minReadySeconds: 1 } }));
  t.regex(await k.ok('rollout status deploy/web --timeout=30s'), /deployment "web" successfully rolled out\n$/);
  t.is(await k.ok('set image deploy/web main=example.test/app:2'), 'deployment.apps/web image updated\n');
  const second = await k.ok('rollout status deploy/web --timeout=30s');
  t.regex(second, /\d out of 4 new replicas have been updated|old replicas are pending termination/);
  t.regex(second, /deployment "web" successfully rolled out\n$/);
  await until(
    () => images(k),
    (all) => all.length === 4,
  );
  t.deepEqual(await images(k), Array(4).fill('example.test/app:2'));
});

check('a rolling update is never above its surge nor below its availability', async (t, { k }) => {
  await rolledOut(
    k,
    aDeployment('web', { replicas: 6, spec: { strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } } }),
  );
  const watch = k.start([
    'get',
    'deploy',
    'web',
    '-w',
    '-o',
    'custom-columns=R:.status.replicas,A:.status.availableReplicas',
    '--no-headers',
  ]);
  await watch.prints(/^6 +6$/m);
  await k.ok('set image deploy/web main=example.test/app:2');
  await k.ok('rollout status deploy/web --timeout=30s');
  const lines = (await watch.stop()).stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  t.true(lines.length > 3);
  t.true(Math.max(...lines.map(([replicas]) => replicas!)) <= 8, `at most 8 at once: ${JSON.stringify(lines)}`);
  t.true(Math.min(...lines.map(([, available]) => available!)) >= 5, `at least 5 available: ${JSON.stringify(lines)}`);
});

check('rollout history lists revisions with their causes, and shows one of them', async (t, { k }) => {
  await rolledOut(k, aDeployment('web'));
  await k.ok(['annotate', 'deploy/web', 'kubernetes.io/change-cause=the second image']);
  await k.ok('set image deploy/web main=example.test/app:2');
  await k.ok(['annotate', 'deploy/web', '--overwrite', 'kubernetes.io/change-cause=the second image']);
  await k.ok('rollout status deploy/web --timeout=30s');
  await until(
    () => k.ok('rollout history deploy/web'),
    (said) => /^2 +the second image$/m.test(said),
  );
  t.regex(
    await k.ok('rollout history deploy/web'),
    /^deployment.apps\/web \nREVISION +CHANGE-CAUSE\n1 +.*\n2 +the second image\n/,
  );
  t.regex(
    await k.ok('rollout history deploy/web --revision=1'),
    /revision #1\n(.*\n)*? +Image:\s+example.test\/app:1\n/,
  );
});

check('rollout undo goes back one revision or to a named one, and revisions move on', async (t, { k }) => {
  await rolledOut(k, aDeployment('web'));
  for (const image of ['example.test/app:2', 'example.test/app:3']) {
    await k.ok(`set image deploy/web main=${image}`);
    await k.ok('rollout status deploy/web --timeout=30s');
  }
  t.is(await k.ok('rollout undo deploy/web'), 'deployment.apps/web rolled back\n');
  await k.ok('rollout status deploy/web --timeout=30s');
  await until(
    () => images(k),
    (all) => all.join() === 'example.test/app:2,example.test/app:2',
  );
  t.is(await k.ok('rollout undo deploy/web --to-revision=1'), 'deployment.apps/web rolled back\n');
  await k.ok('rollout status deploy/web --timeout=30s');
  await until(
    () => images(k),
    (all) => all.join() === 'example.test/app:1,example.test/app:1',
  );
  const revisions = (await k.ok('rollout history deploy/web')).match(/^\d+/gm);
  t.deepEqual(revisions, ['3', '4', '5']);
  t.is((await k.get('deploy web')).metadata.annotations['deployment.kubernetes.io/revision'], '5');
  t.is((await k.get('rs')).items.length, 3);
  t.regex(await k.fails('rollout undo deploy/web --to-revision=77'), /unable to find specified revision 77 in history/);
});

check('a paused deployment starts nothing new until it is resumed', async (t, { k }) => {
  await rolledOut(k, aDeployment('web'));
  t.is(await k.ok('rollout pause deploy/web'), 'deployment.apps/web paused\n');
  await k.ok('set image deploy/web main=example.test/app:2');
  await k.ok('set env deploy/web COLOR=blue');
  const paused = await until(
    () => k.get('deploy web'),
    ({ status, metadata }) => status.observedGeneration === metadata.generation,
  );
  const progressing = paused.status.conditions.find(({ type }: { type: string }) => type === 'Progressing');
  t.deepEqual([progressing.status, progressing.reason], ['Unknown', 'DeploymentPaused']);
  t.is((await k.get('rs')).items.length, 1);
  t.deepEqual(await images(k), Array(2).fill('example.test/app:1'));
  t.is(await k.ok('rollout resume deploy/web'), 'deployment.apps/web resumed\n');
  await k.ok('rollout status deploy/web --timeout=30s');
  await until(
    () => images(k),
    (all) => all.join() === 'example.test/app:2,example.test/app:2',
  );
  t.is((await k.get('rs')).items.length, 2);
});

check('rollout restart replaces every pod and keeps the template otherwise', async (t, { k }) => {
  await rolledOut(k, aDeployment('web'));
  const names = async () => (await k.ok('get pods -l app=web -o name')).trim().split('\n');
  const before = await names();
  t.is(await k.ok('rollout restart deploy/web'), 'deployment.apps/web restarted\n');
  await k.ok('rollout status deploy/web --timeout=30s');
  const after = await until(names, (all) => all.length === 2);
  t.deepEqual(
    after.filter((name) => before.includes(name)),
    [],
  );
  const { annotations } = (await k.get('deploy web')).spec.template.metadata;
  t.regex(annotations['kubectl.kubernetes.io/restartedAt'], /^\d{4}-/);
});

check('Recreate ends all old pods before it starts a new one', async (t, { k }) => {
  await rolledOut(k, aDeployment('web', { replicas: 3, spec: { strategy: { type: 'Recreate' } } }));
  const watch = k.start([
    'get',
    'pods',
    '-w',
    '--output-watch-events',
    '-o',
    'custom-columns=T:.type,N:.object.metadata.name,I:.object.spec.containers[0].image',
    '--no-headers',
  ]);
  await watch.prints(/app:1/);
  await k.ok('set image deploy/web main=example.test/app:2');
  await k.ok('rollout status deploy/web --timeout=30s');
  const lines = (await watch.stop()).stdout.trim().split('\n');
  const lastDeleted = lines.findLastIndex((line) => /^DELETED.*app:1/.test(line));
  const firstAdded = lines.findIndex((line) => /^ADDED.*app:2/.test(line));
  t.is(lines.filter((line) => /^DELETED.*app:1/.test(line)).length, 3, lines.join('\n'));
  t.true(firstAdded > lastDeleted, lines.join('\n'));
});

check('a rollout that makes no progress fails after its deadline, and says so', async (t, { k }) => {
  await k.apply(aDeployment('web', { pod: { nodeSelector: { color: 'none' } }, spec: { progressDeadlineSeconds: 1 } }));
  const said = await k.fails('rollout status deploy/web --timeout=30s');
  t.is(said, 'error: deployment "web" exceeded its progress deadline\n');
  t.regex(await k.ok('describe deploy web'), /Progressing +False +ProgressDeadlineExceeded/);
  const [pod] = (await k.get('pods')).items;
  const [condition] = pod.status.conditions;
  t.deepEqual([condition.type, condition.status, condition.reason], ['PodScheduled', 'False', 'Unschedulable']);
  t.regex(condition.message, /^0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector\./);
  t.regex(await k.ok('describe pods'), /Warning +FailedScheduling +\S+ +default-scheduler +0\/2 nodes are available/);
});

check('wait watches for a condition, a field and a deletion, and fails after its time', async (t, { k }) => {
  await k.apply(aDeployment('web'));
  t.is(await k.ok('wait --for=condition=Available deploy/web --timeout=30s'), 'deployment.apps/web condition met\n');
  t.is(
    await k.ok('wait --for=jsonpath={.status.readyReplicas}=2 deploy/web --timeout=30s'),
    'deployment.apps/web condition met\n',
  );
  const gone = k.start('wait --for=delete deploy/web --timeout=30s -v=6');
  await gone.prints(/watch=true/);
  await k.ok('delete deploy web');
  t.is((await gone.ended).stdout, 'deployment.apps/web condition met\n');
  const created = k.start('wait --for=create cm/late --timeout=30s -v=6');
  await created.prints(/late 404 Not Found/);
  await k.ok('create cm late');
  t.is((await created.ended).stdout, 'configmap/late condition met\n');
  t.regex(
    await k.fails('wait --for=condition=Ready cm/late --timeout=1s'),
    /timed out waiting for the condition on configmaps\/late/,
  );
});

check('set resources, env and serviceaccount change the template and roll it out', async (t, { k }) => {
  await rolledOut(k, aDeployment('web', { replicas: 1 }));
  await k.ok('set resources deploy web --limits=cpu=200m,memory=64Mi --requests=cpu=100m');
  await k.ok('set env deploy web A=1');
  await k.ok('set serviceaccount deploy web default');
  await k.ok('rollout status deploy/web --timeout=30s');
  const { containers, serviceAccountName } = (await k.get('deploy web')).spec.template.spec;
  t.deepEqual(containers[0].resources, { limits: { cpu: '200m', memory: '64Mi' }, requests: { cpu: '100m' } });
  t.deepEqual(containers[0].env, [{ name: 'A', value: '1' }]);
  t.is(serviceAccountName, 'default');
});
