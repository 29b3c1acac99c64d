/** What becomes of pods on a real Docker Engine, good ones and bad ones, as kubectl and Docker show it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import { aConfigMap, aDeployment, aPod } from '../harness/a-workload.js';
import { TEST_IMAGE } from '../harness/images.js';
import { type KubectlSession, until } from '../harness/kubectl-session.js';
import { onCluster } from '../harness/on-cluster.js';

const check = await onCluster({ runtime: 'docker' });
const docker = new Docker();

const sh = (script: string) => ({ image: TEST_IMAGE, command: ['sh', '-c', script] });
const idle = sh('trap "exit 0" TERM; sleep 100000 & wait');

// biome-ignore lint/suspicious/noExplicitAny: a status that a test looks into
type Status = any;

const statusOf = async (k: KubectlSession, pod: string): Promise<Status> => (await k.get(`pod ${pod}`)).status;
const firstOf = async (k: KubectlSession, pod: string): Promise<Status> =>
  (await statusOf(k, pod)).containerStatuses?.[0];

async function running(k: KubectlSession, ...objects: object[]): Promise<void> {
  await k.apply(...objects);
  await k.ok('wait --for=condition=Ready pod --all --timeout=60s');
}

check(
  'docker kill of a container: it is restarted, counted, and its last state says how it ended',
  async (t, { k }) => {
    await running(k, aPod('p', idle));
    const before = await firstOf(k, 'p');
    const id = before.containerID.replace('docker://', '');
    t.is((await docker.getContainer(id).inspect()).State.Running, true);
    await docker.getContainer(id).kill();
    const after = await until(
      () => firstOf(k, 'p'),
      (status) => status.restartCount === 1 && status.state.running,
    );
    t.not(after.containerID, before.containerID);
    const { terminated } = after.lastState;
    t.deepEqual([terminated.exitCode, terminated.reason, terminated.containerID], [137, 'Error', before.containerID]);
    t.regex(terminated.startedAt, /^\d{4}-.*Z$/);
    t.true(terminated.finishedAt >= terminated.startedAt);
    t.true(after.ready);
    t.regex(await k.ok('get pod p'), /p +1\/1 +Running +1 \(\d+s ago\)/);
  },
);

check('a crash loop backs off: Error, restarts, CrashLoopBackOff with the time to the next start', async (t, { k }) => {
  await k.apply(aPod('p', sh('echo bye; exit 3')));
  const waiting = await until(
    () => firstOf(k, 'p'),
    (status) => status?.state.waiting?.reason === 'CrashLoopBackOff' && status.restartCount >= 1,
    60_000,
  );
  t.regex(
    waiting.state.waiting.message,
    /^back-off \d+s restarting failed container=main pod=p_test-\d+\([0-9a-f-]{36}\)$/,
  );
  t.deepEqual(
    [waiting.lastState.terminated.exitCode, waiting.lastState.terminated.reason, waiting.ready],
    [3, 'Error', false],
  );
  t.regex(await k.ok('get pod p'), /p +0\/1 +CrashLoopBackOff +[12] /);
  t.regex(await k.ok('describe pod p'), /Warning +BackOff +.*Back-off restarting failed container main in pod p_/);
});

check('an image that is nowhere: ErrImagePull, then ImagePullBackOff; a mended image starts', async (t, { k }) => {
  await k.apply(aPod('p', { ...idle, image: '127.0.0.1:1/nothing/here:1' }));
  const first = await until(
    () => firstOf(k, 'p'),
    (status) => /ErrImagePull|ImagePullBackOff/.test(status?.state.waiting?.reason),
  );
  t.is(first.restartCount, 0);
  const later = await until(
    () => firstOf(k, 'p'),
    (status) => status.state.waiting?.reason === 'ImagePullBackOff',
  );
  t.regex(later.state.waiting.message, /Back-off pulling image "127\.0\.0\.1:1\/nothing\/here:1"/);
  const described = await k.ok('describe pod p');
  t.regex(described, /Warning +Failed +.*Failed to pull image "127\.0\.0\.1:1\/nothing\/here:1": /);
  t.regex(described, /Warning +Failed +.*Error: ErrImagePull/);
  t.regex(described, /Normal +BackOff +.*Back-off pulling image/);
  await k.ok(`set image pod/p main=${TEST_IMAGE}`);
  await k.ok('wait --for=condition=Ready pod/p --timeout=60s');
});

check('imagePullPolicy Never and a missing image: ErrImageNeverPull', async (t, { k }) => {
  await k.apply(aPod('p', { ...idle, image: 'troupe/never:0', container: { imagePullPolicy: 'Never' } }));
  const status = await until(
    () => firstOf(k, 'p'),
    (status) => status?.state.waiting?.reason === 'ErrImageNeverPull',
  );
  t.is(status.state.waiting.message, 'Container image "troupe/never:0" is not present with pull policy of Never');
});

check('failing readiness stops a rollout, the old pods keep serving, and describe says why', async (t, { k }) => {
  const readinessProbe = { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 1 };
  const deployment = (script: string) =>
    aDeployment('web', {
      replicas: 2,
      ...sh(script),
      container: { readinessProbe },
      spec: { progressDeadlineSeconds: 5 },
    });
  await k.apply(deployment('touch /tmp/ready; exec sleep 100'));
  await k.ok('rollout status deploy/web --timeout=60s');
  await k.apply(deployment('exec sleep 100'));
  t.is(
    await k.fails('rollout status deploy/web --timeout=60s'),
    'error: deployment "web" exceeded its progress deadline\n',
  );
  const { status } = await k.get('deploy web');
  t.deepEqual([status.availableReplicas, status.updatedReplicas, status.replicas], [2, 1, 3]);
  t.regex(await k.ok('describe deploy web'), /Progressing +False +ProgressDeadlineExceeded/);
  const pods = (await k.get('pods')).items;
  const bad = pods.find((pod: { status: Status }) => !pod.status.containerStatuses[0].ready);
  t.regex(
    await k.ok(`describe pod ${bad.metadata.name}`),
    /Warning +Unhealthy +.*Readiness probe failed: cat: can't open '\/tmp\/ready': No such file or directory/,
  );
  t.regex(await k.ok(`get pod ${bad.metadata.name}`), /0\/1 +Running +0/);
  const condition = bad.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
  t.deepEqual(
    [condition.status, condition.reason, condition.message],
    ['False', 'ContainersNotReady', 'containers with unready status: [main]'],
  );
  await k.ok('rollout undo deploy/web');
  await k.ok('rollout status deploy/web --timeout=60s');
});

check(
  'a failing liveness probe restarts the container, a startup probe holds it back, http and tcp probes reach the pod',
  async (t, { k }) => {
    const serve = sh('mkdir /www; echo ok > /www/ok; exec httpd -f -p 8080 -h /www');
    const http = { httpGet: { path: '/ok', port: 8080 }, periodSeconds: 1 };
    const tcp = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    const livenessProbe = {
      exec: { command: ['cat', '/tmp/alive'] },
      periodSeconds: 1,
      failureThreshold: 1,
      initialDelaySeconds: 1,
    };
    await k.apply(
      aPod('web', { ...serve, container: { startupProbe: tcp, readinessProbe: http, livenessProbe: http } }),
      aPod('sick', { ...idle, container: { livenessProbe } }),
      aPod('absent', { ...idle, container: { readinessProbe: http, startupProbe: { ...tcp, failureThreshold: 60 } } }),
    );
    await k.ok('wait --for=condition=Ready pod/web --timeout=60s');
    await until(
      () => firstOf(k, 'sick'),
      (status) => status.restartCount >= 1,
    );
    t.regex(
      await k.ok('describe pod sick'),
      /Warning +Unhealthy +.*Liveness probe failed: cat: can't open '\/tmp\/alive'/,
    );
    t.regex(
      await k.ok('describe pod sick'),
      /Normal +Killing +.*Container main failed liveness probe, will be restarted/,
    );
    const absent = await firstOf(k, 'absent');
    t.deepEqual([absent.started, absent.ready, absent.restartCount], [false, false, 0]);
    t.is((await firstOf(k, 'web')).restartCount, 0);
  },
);

check('env: plain, expanded, from config maps and secrets, and of the pod itself', async (t, { k, namespace }) => {
  const env = [
    { name: 'A', value: 'one' },
    { name: 'B', value: '$(A)-two $$(A)' },
    { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'colors', key: 'color' } } },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'secret', key: 'password' } } },
    { name: 'MAYBE', valueFrom: { configMapKeyRef: { name: 'colors', key: 'none', optional: true } } },
    { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'SPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
  ];
  const resources = { limits: { cpu: '250m', memory: '64Mi' } };
  await k.ok('create secret generic secret --from-literal=password=open');
  await running(
    k,
    aConfigMap('colors', { color: 'red', SHAPE: 'round' }),
    aPod('p', {
      ...idle,
      container: { env, resources, envFrom: [{ configMapRef: { name: 'colors' }, prefix: 'X_' }] },
    }),
  );
  const seen = Object.fromEntries(
    (await k.ok('exec p -- env'))
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const { podIP } = await statusOf(k, 'p');
  t.like(seen, {
    A: 'one',
    B: 'one-two $(A)',
    COLOR: 'red',
    PASSWORD: 'open',
    NAME: 'p',
    SPACE: namespace,
    IP: podIP,
    CPU: '250',
    X_SHAPE: 'round',
    HOSTNAME: 'p',
  });
  t.false('MAYBE' in seen);
  t.is(seen['KUBERNETES_SERVICE_PORT'], '443');
  const id = (await firstOf(k, 'p')).containerID.replace('docker://', '');
  const { HostConfig } = await docker.getContainer(id).inspect();
  t.is(HostConfig.Memory, 64 * 1024 * 1024);
});

check('a container waits for a config map that is missing, says so, and starts when it comes', async (t, { k }) => {
  await k.apply(aPod('p', { ...idle, container: { envFrom: [{ configMapRef: { name: 'late' } }] } }));
  const status = await until(
    () => firstOf(k, 'p'),
    (status) => status?.state.waiting?.reason === 'CreateContainerConfigError',
  );
  t.is(status.state.waiting.message, 'configmap "late" not found');
  await k.apply(aConfigMap('late', { LATE: 'yes' }));
  await k.ok('wait --for=condition=Ready pod/p --timeout=60s');
  t.regex(await k.ok('exec p -- env'), /^LATE=yes$/m);
});

check(
  'volumes: config maps and secrets as files that follow changes, emptyDir shared and in memory, hostPath, projected, subPath, read-only',
  async (t, { k, troupe }) => {
    const host = path.join(troupe.dataFolder, 'host');
    mkdirSync(host);
    writeFileSync(path.join(host, 'from-host'), 'hello\n');
    const volumes = [
      { name: 'map', configMap: { name: 'files', defaultMode: 0o440 } },
      { name: 'secret', secret: { secretName: 'secret', items: [{ key: 'password', path: 'deep/pw' }] } },
      { name: 'scratch', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'host', hostPath: { path: host, type: 'Directory' } },
      {
        name: 'all',
        projected: {
          sources: [
            { configMap: { name: 'files' } },
            { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          ],
        },
      },
    ];
    const mounts = [
      { name: 'map', mountPath: '/map' },
      { name: 'secret', mountPath: '/secret', readOnly: true },
      { name: 'scratch', mountPath: '/scratch' },
      { name: 'memory', mountPath: '/memory' },
      { name: 'host', mountPath: '/host' },
      { name: 'all', mountPath: '/all' },
      { name: 'map', mountPath: '/etc/one.conf', subPath: 'one.conf' },
    ];
    const containers = [
      { name: 'a', ...idle, volumeMounts: mounts },
      { name: 'b', ...idle, volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
    ];
    await k.ok('create secret generic secret --from-literal=password=open');
    await running(k, aConfigMap('files', { 'one.conf': 'first' }), aPod('p', { pod: { containers, volumes } }));
    const inside = (script: string, container = 'a') => k.ok(['exec', 'p', '-c', container, '--', 'sh', '-c', script]);
    t.is(
      await inside('cat /map/one.conf /etc/one.conf /secret/deep/pw /host/from-host /all/labels'),
      'firstfirstopenhello\napp="p"',
    );
    t.is(await inside('stat -L -c %a /map/one.conf'), '440\n');
    await inside('echo shared > /scratch/file; echo back > /host/to-host');
    t.is(await inside('cat /scratch/file', 'b'), 'shared\n');
    t.is(readFileSync(path.join(host, 'to-host'), 'utf8'), 'back\n');
    t.regex(await inside('mount'), /^tmpfs on \/memory type tmpfs .*size=1024k/m);
    t.regex(await k.fails(['exec', 'p', '-c', 'a', '--', 'touch', '/secret/new']), /exit code 1/);
    t.regex(await inside('ls /var/run/secrets/kubernetes.io/serviceaccount'), /^ca.crt\nnamespace\ntoken\n$/);
    await k.apply(aConfigMap('files', { 'one.conf': 'second' }));
    await until(
      () => inside('cat /map/one.conf'),
      (said) => said === 'second',
      90_000,
    );
    t.is(await inside('cat /etc/one.conf'), 'first');
  },
);

check('init containers run in order, a sidecar starts before the main container and outlives it', async (t, { k }) => {
  const log = (line: string) => `echo ${line} >> /log/all`;
  const mount = { volumeMounts: [{ name: 'log', mountPath: '/log' }] };
  const initContainers = [
    { name: 'first', ...sh(`sleep 0.5; ${log('first')}`), ...mount },
    {
      name: 'side',
      ...sh(`${log('side')}; trap "${log('side-end')}; exit 0" TERM; while :; do sleep 0.1; done`),
      restartPolicy: 'Always',
      ...mount,
    },
    { name: 'second', ...sh(log('second')), ...mount },
  ];
  const main = { name: 'main', ...sh(`${log('main')}; cat /log/all; sleep 1; ${log('main-end')}`), ...mount };
  await k.apply(
    aPod('p', {
      pod: {
        initContainers,
        containers: [main],
        volumes: [{ name: 'log', emptyDir: {} }],
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 5,
      },
    }),
  );
  await k.ok('wait --for=jsonpath={.status.phase}=Succeeded pod/p --timeout=60s');
  t.is(await k.ok('logs p -c main'), 'first\nside\nsecond\nmain\n');
  const status = await statusOf(k, 'p');
  const reasons = status.initContainerStatuses.map(({ name, state }: Status) => [name, state.terminated?.reason]);
  t.deepEqual(
    reasons.filter(([name]: string[]) => name !== 'side'),
    [
      ['first', 'Completed'],
      ['second', 'Completed'],
    ],
  );
  t.regex(await k.ok('get pod p'), /p +[01]\/2 +Completed/);
});

check(
  'a failing init container: Init:Error, then Init:CrashLoopBackOff, and the main container is never started',
  async (t, { k }) => {
    await k.apply(aPod('p', { ...idle, pod: { initContainers: [{ name: 'setup', ...sh('exit 9') }] } }));
    await until(
      () => k.ok('get pod p'),
      (said) => /p +0\/1 +Init:CrashLoopBackOff +[1-9]/.test(said),
      60_000,
    );
    const status = await statusOf(k, 'p');
    t.is(status.initContainerStatuses[0].lastState.terminated.exitCode, 9);
    t.is(status.containerStatuses[0].state.waiting.reason, 'PodInitializing');
    t.is(status.phase, 'Pending');
  },
);

check('restartPolicy decides: Never ends Succeeded or Failed, OnFailure goes on until it works', async (t, { k }) => {
  const scratch = { volumes: [{ name: 'v', emptyDir: {} }] };
  const mount = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
  await k.apply(
    aPod('good', { ...sh('exit 0'), pod: { restartPolicy: 'Never' } }),
    aPod('bad', { ...sh('echo why > /dev/termination-log; exit 4'), pod: { restartPolicy: 'Never' } }),
    aPod('retry', {
      ...sh('[ -e /v/second ] || { touch /v/second; exit 1; }'),
      container: mount,
      pod: { ...scratch, restartPolicy: 'OnFailure' },
    }),
  );
  await k.ok('wait --for=jsonpath={.status.phase}=Succeeded pod/good pod/retry --timeout=60s');
  await k.ok('wait --for=jsonpath={.status.phase}=Failed pod/bad --timeout=60s');
  const bad = await firstOf(k, 'bad');
  t.deepEqual(
    [bad.state.terminated.exitCode, bad.state.terminated.reason, bad.state.terminated.message],
    [4, 'Error', 'why\n'],
  );
  t.is((await firstOf(k, 'retry')).restartCount, 1);
  t.regex(await k.ok('get pods'), /bad +0\/1 +Error +0 .*\ngood +0\/1 +Completed +0 .*\nretry +0\/1 +Completed +1 /);
});

check('a container that passes its memory limit is OOMKilled', async (t, { k }) => {
  // It waits first: an OOM before containerd listens for it is lost.
  const container = { resources: { limits: { memory: '16Mi' } } };
  await k.apply(
    aPod('p', { ...sh('sleep 1; x=a; while :; do x=$x$x; done'), container, pod: { restartPolicy: 'Never' } }),
  );
  await k.ok('wait --for=jsonpath={.status.phase}=Failed pod/p --timeout=60s');
  const { terminated } = (await firstOf(k, 'p')).state;
  t.deepEqual([terminated.exitCode, terminated.reason], [137, 'OOMKilled']);
});

check('a hostPort is reached on the machine, and a second pod that wants it waits', async (t, { k }) => {
  const port = 20_000 + (process.pid % 10_000);
  const serve = sh('mkdir /www; hostname > /www/name; exec httpd -f -p 8080 -h /www');
  const container = { ports: [{ containerPort: 8080, hostPort: port }] };
  await running(k, aPod('one', { ...serve, container }));
  const said = await until(
    () => fetch(`http://127.0.0.1:${port}/name`).then((answer) => answer.text(), String),
    (text) => text === 'one\n',
    15_000,
  );
  t.is(said, 'one\n');
  const { podIP } = await statusOf(k, 'one');
  t.is(await (await fetch(`http://${podIP}:8080/name`)).text(), 'one\n');
  await k.apply(aPod('two', { ...serve, container }));
  await until(
    () => k.ok('describe pod two'),
    (text) => /0\/1 nodes are available: 1 node\(s\) didn't have free ports for the requested pod ports\./.test(text),
  );
  await k.ok('delete pod one');
  await k.ok('wait --for=condition=Ready pod/two --timeout=60s');
});

check('pods share a network, each with an address, its own /etc/hosts and host name', async (t, { k }) => {
  const serve = sh('mkdir /www; hostname > /www/name; exec httpd -f -p 8080 -h /www');
  await running(
    k,
    aPod('server', serve),
    aPod('client', { ...idle, pod: { hostAliases: [{ ip: '192.0.2.7', hostnames: ['alias'] }], hostname: 'renamed' } }),
  );
  const { podIP } = await statusOf(k, 'server');
  t.is(await k.ok(`exec client -- wget -qO- http://${podIP}:8080/name`), 'server\n');
  const hosts = await k.ok('exec client -- cat /etc/hosts');
  t.regex(hosts, /^# Kubernetes-managed hosts file\.\n/);
  t.regex(hosts, /^192\.0\.2\.7\talias$/m);
  t.regex(hosts, new RegExp(`^${(await statusOf(k, 'client')).podIP}\trenamed$`, 'm'));
  t.is(await k.ok('exec client -- hostname'), 'renamed\n');
});

check('deletion sends TERM, waits the grace period, kills, and shows Terminating meanwhile', async (t, { k }) => {
  const polite = sh('trap "echo going; sleep 0.5; exit 0" TERM; while :; do sleep 0.1; done');
  await running(
    k,
    aPod('polite', { ...polite, pod: { terminationGracePeriodSeconds: 20 } }),
    aPod('deaf', { ...sh('trap "" TERM; while :; do sleep 0.1; done'), pod: { terminationGracePeriodSeconds: 2 } }),
  );
  const follow = k.start('logs -f polite');
  const startedAt = Date.now();
  await k.ok('delete pod polite deaf --wait=false');
  t.regex(await k.ok('get pods'), /deaf +1\/1 +Terminating/);
  await k.ok('wait --for=delete pod/polite --timeout=15s');
  t.regex((await follow.ended).stdout, /^going$/m);
  await k.ok('wait --for=delete pod/deaf --timeout=30s');
  t.true(Date.now() - startedAt >= 2_000);
});

check(
  'securityContext: user, group, read-only root, dropped privileges, and runAsNonRoot refuses root',
  async (t, { k }) => {
    const securityContext = {
      runAsUser: 1234,
      runAsGroup: 99,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    };
    await k.apply(
      aPod('p', { ...idle, container: { securityContext } }),
      aPod('root', { ...idle, container: { securityContext: { runAsNonRoot: true } } }),
    );
    await k.ok('wait --for=condition=Ready pod/p --timeout=60s');
    t.regex(await k.ok('exec p -- id'), /^uid=1234 gid=99/);
    t.regex((await k.run('exec p -- touch /x')).stderr, /Read-only file system/);
    t.regex(await k.ok('exec p -- cat /proc/self/status'), /^NoNewPrivs:\t1$/m);
    const status = await until(
      () => firstOf(k, 'root'),
      (status) => status?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    t.regex(status.state.waiting.message, /container has runAsNonRoot and image will run as root/);
  },
);
