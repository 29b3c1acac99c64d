/** logs, exec, attach, cp and port-forward of the real kubectl into real containers. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { aDeployment, aPod } from '../harness/a-workload.js';
import { TEST_IMAGE } from '../harness/images.js';
import { type KubectlSession, RunningCommand, until } from '../harness/kubectl-session.js';
import { onCluster } from '../harness/on-cluster.js';

const check = await onCluster({ runtime: 'docker' });

const sh = (script: string) => ({ image: TEST_IMAGE, command: ['sh', '-c', script] });
const idle = sh('trap "exit 0" TERM; sleep 100000 & wait');

async function running(k: KubectlSession, ...pods: object[]): Promise<void> {
  await k.apply(...pods);
  await k.ok('wait --for=condition=Ready pod --all --timeout=60s');
}

/** kubectl on a terminal of its own, as script(1) makes one. */
function onTerminal(k: KubectlSession, line: string, size = { rows: 24, columns: 80 }): RunningCommand {
  const command = `stty rows ${size.rows} cols ${size.columns}; kubectl -n ${k.namespace} ${line}`;
  return new RunningCommand(
    spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...k.environment } }),
  );
}

check(
  'logs print what a container wrote, cut by --tail and --limit-bytes, stamped by --timestamps',
  async (t, { k }) => {
    await running(k, aPod('p', sh('for i in 1 2 3 4 5; do echo line $i; done; echo problem >&2; exec sleep 100')));
    await until(
      () => k.ok('logs p'),
      (said) => said.split('\n').length === 7,
    );
    t.deepEqual((await k.ok('logs p')).trim().split('\n').sort(), [
      'line 1',
      'line 2',
      'line 3',
      'line 4',
      'line 5',
      'problem',
    ]);
    t.is((await k.ok('logs p --tail=2')).trim().split('\n').length, 2);
    t.is((await k.ok('logs p --limit-bytes=6')).length, 6);
    t.regex(await k.ok('logs p --timestamps --tail=1'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S/);
    t.is(await k.ok('logs p --since-time=2100-01-01T00:00:00Z'), '');
    t.is((await k.ok('logs p --since=1h')).split('\n').length, 7);
  },
);

check('logs -f follows until the container ends, and ends then', async (t, { k }) => {
  const script =
    'echo tick 0; until test -e /tmp/go; do sleep 0.1; done; for i in 1 2 3; do echo tick $i; sleep 0.2; done';
  await running(k, aPod('p', { ...sh(script), pod: { restartPolicy: 'Never' } }));
  const follow = k.start('logs -f p');
  await follow.prints(/^tick 0\n/);
  t.is(follow.stdout, 'tick 0\n');
  await k.ok(['exec', 'p', '--', 'touch', '/tmp/go']);
  t.deepEqual(await follow.ended, { code: 0, stdout: 'tick 0\ntick 1\ntick 2\ntick 3\n', stderr: '' });
  await until(
    () => k.get('pod p'),
    ({ status }) => status.phase === 'Succeeded',
  );
  t.regex(await k.ok('logs p'), /tick 3\n$/);
});

check(
  'logs -p shows the container before, -l all of a label, --all-containers --prefix each one by name',
  async (t, { k }) => {
    const two = {
      containers: [
        { name: 'a', ...sh('echo from a; exec sleep 100') },
        { name: 'b', ...sh('echo from b; exec sleep 100') },
      ],
    };
    await k.apply(
      aPod('two', { pod: two }),
      aPod('again', {
        pod: {
          volumes: [{ name: 'kept', emptyDir: {} }],
          containers: [
            {
              name: 'main',
              // The second life stays, so that it is the one of now while its logs are read.
              ...sh(
                'echo life of $(cat /proc/sys/kernel/random/uuid); test -e /kept/x && exec sleep 100; touch /kept/x; exit 3',
              ),
              volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
            },
          ],
        },
      }),
    );
    await k.ok('wait --for=condition=Ready pod/two --timeout=60s');
    await until(
      () => k.get('pod again'),
      ({ status }) => status.containerStatuses[0].restartCount === 1 && status.containerStatuses[0].state.running,
    );
    const previous = await k.ok('logs again -p');
    t.regex(previous, /^life of [0-9a-f-]{36}\n$/);
    t.not(await k.ok('logs again'), previous);
    // kubectl reads the containers side by side: in whatever order.
    const lines = (await k.ok('logs -l app=two --all-containers --prefix')).trimEnd().split('\n');
    t.deepEqual(lines.sort(), ['[pod/two/a] from a', '[pod/two/b] from b']);
    t.is(await k.ok('logs two -c b'), 'from b\n');
    t.is((await k.run('logs two')).stderr, 'Defaulted container "a" out of: a, b\n');
    t.regex(await k.fails('logs two -c a -p'), /previous terminated container "a" in pod "two" not found/);
    t.regex(await k.fails('logs two -c c'), /container c is not valid for pod two/);
  },
);

check('exec gives output, input, exit code, and the container that was asked for', async (t, { k }) => {
  await running(
    k,
    aPod('p', {
      pod: {
        containers: [
          { name: 'a', ...idle },
          { name: 'b', ...idle, env: [{ name: 'WHO', value: 'b' }] },
        ],
      },
    }),
  );
  t.is(await k.ok(['exec', 'p', '-c', 'b', '--', 'sh', '-c', 'echo $WHO']), 'b\n');
  const both = await k.run(['exec', 'p', '-c', 'a', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
  t.is(both.stdout, 'out\n');
  t.is(both.stderr, 'err\ncommand terminated with exit code 7\n');
  t.is(both.code, 7);
  t.is(await k.ok(['exec', '-i', 'p', '-c', 'a', '--', 'tr', 'a-z', 'A-Z'], { input: 'shout\n' }), 'SHOUT\n');
  const none = await k.run('exec p -c a -- nosuchprogram');
  t.regex(none.stdout + none.stderr, /exec: "nosuchprogram": executable file not found in \$PATH/);
  t.not(none.code, 0);
  const big = 'x'.repeat(2_000_000);
  t.is(await k.ok('exec -i p -c a -- cat', { input: big }), big);
  t.is(await k.ok('exec deploy/none -- true').catch((error: Error) => /NotFound/.test(error.message)), true);
});

check('exec -it is a terminal: it has a size, follows its changes, and ^C interrupts', async (t, { k }) => {
  await running(k, aPod('p', idle));
  const shell = onTerminal(k, 'exec -it p -- sh', { rows: 33, columns: 101 });
  await shell.prints(/[#$] /);
  shell.child.stdin!.write('tty; stty size\n');
  await shell.prints(/\/dev\/pts\/\d+/);
  await shell.prints(/33 101/);
  shell.child.stdin!.write('sleep 1234\n');
  await until(
    () => k.ok(['exec', 'p', '--', 'ps']),
    (said) => said.includes('sleep 1234'),
  );
  shell.child.stdin!.write('\x03');
  shell.child.stdin!.write('echo after=$?\n');
  await shell.prints(/after=130/);
  shell.child.stdin!.write('exit 5\n');
  const { stdout } = await shell.ended;
  t.regex(stdout, /command terminated with exit code 5/);
});

check('attach joins what runs: it sees new output and types into stdin', async (t, { k }) => {
  await running(
    k,
    aPod('p', {
      ...sh('echo early; while read -r line; do echo "got $line"; done; echo closed; exec sleep 100'),
      container: { stdin: true },
    }),
  );
  const attached = k.start('attach -i p');
  await attached.prints(/If you don't see a command prompt, try pressing enter|^/);
  await until(
    async () => {
      attached.child.stdin!.write('hello\n');
      return attached.stdout;
    },
    (said) => said.includes('got hello'),
  );
  await attached.stop('SIGKILL');
  t.regex(await k.ok('logs p'), /^early\ngot hello\n/);
  t.notRegex(attached.stdout, /early/);
});

check('run --rm -i starts a pod, talks to it, and removes it', async (t, { k }) => {
  const said = await k.run(
    ['run', 'once', '--rm', '-i', '--restart=Never', `--image=${TEST_IMAGE}`, '--', 'sh', '-c', 'read x; echo "$x $x"'],
    { input: 'ho\n' },
  );
  t.regex(said.stdout, /ho ho\n/, said.stderr);
  t.regex(said.stdout, /pod "once" deleted/);
  t.regex(await k.fails('get pod once'), /NotFound/);
});

check('cp copies files and folders in and out, byte for byte', async (t, { k, troupe }) => {
  await running(k, aPod('p', idle));
  const folder = path.join(troupe.dataFolder, 'cp');
  mkdirSync(path.join(folder, 'in', 'sub'), { recursive: true });
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256));
  writeFileSync(path.join(folder, 'in', 'bytes'), bytes);
  writeFileSync(path.join(folder, 'in', 'sub', 'text'), 'some text\n');
  await k.ok('cp cp/in p:/tmp/copy', { cwd: troupe.dataFolder });
  t.is(await k.ok('exec p -- cat /tmp/copy/sub/text'), 'some text\n');
  await k.ok('cp p:/tmp/copy cp/out', { cwd: troupe.dataFolder });
  t.true(readFileSync(path.join(folder, 'out', 'bytes')).equals(bytes));
});

check(
  'port-forward carries requests to a pod, to a deployment and to a service, several at a time',
  async (t, { k }) => {
    const serve = sh(
      'mkdir /www; head -c 300000 /dev/zero | tr "\\0" x > /www/big; hostname > /www/name; exec httpd -f -p 8080 -h /www',
    );
    const ports = { ports: [{ name: 'http', containerPort: 8080 }] };
    await k.apply(aDeployment('web', { replicas: 1, ...serve, container: ports }));
    await k.ok('rollout status deploy/web --timeout=60s');
    await k.ok('expose deploy web --port=80 --target-port=http');
    const [pod] = (await k.get('pods -l app=web')).items;
    for (const target of [`pod/${pod.metadata.name} :8080`, 'deploy/web :http', 'svc/web :80']) {
      const forward = k.start(`port-forward ${target}`);
      const [, port] = await forward.prints(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080/);
      t.is(await fetched(port!, '/name'), `${pod.metadata.name}\n`, target);
      const all = await Promise.all(Array.from({ length: 5 }, () => fetched(port!, '/big')));
      t.deepEqual(
        all.map((body) => body.length),
        Array(5).fill(300_000),
      );
      await forward.stop();
    }
  },
);

check('port-forward to a port where nobody listens says so and keeps forwarding', async (t, { k }) => {
  await running(k, aPod('p', idle));
  const forward = k.start('port-forward pod/p :9999');
  const [, port] = await forward.prints(/Forwarding from 127\.0\.0\.1:(\d+)/);
  await t.throwsAsync(fetched(port!, '/'));
  await forward.prints(/error forwarding port|an error occurred forwarding|connection refused|lost connection/i);
  await forward.stop();
});

check('postStart runs before a pod is ready, and preStop before its container is told to end', async (t, { k }) => {
  const lifecycle = {
    postStart: { exec: { command: ['sh', '-c', 'echo started > /tmp/hook'] } },
    preStop: { exec: { command: ['sh', '-c', 'echo stopping > /proc/1/fd/1; sleep 0.3'] } },
  };
  await running(k, aPod('p', { ...idle, container: { lifecycle }, pod: { terminationGracePeriodSeconds: 5 } }));
  t.is(await k.ok('exec p -- cat /tmp/hook'), 'started\n');
  const follow = k.start('logs -f p');
  await k.ok('delete pod p');
  t.regex((await follow.ended).stdout, /stopping\n/);
});

function fetched(port: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, path: url, agent: false, timeout: 10_000 }, (response) => {
      text(response).then(resolve, reject);
    }).on('error', reject);
  });
}
