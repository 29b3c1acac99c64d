/** `npm run k` against a cluster with simulated nodes: what a machine without kubectl has. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { root } from '../harness/source-rules.js';
import { removeTroupe, startTroupe, type TroupeProcess } from '../harness/troupe-process.js';

// The bundle, where it is built, starts in a fifth of the time.
const builds = ['../../bundle/main.js', '../../cli/main.js'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const program = builds.find((name) => existsSync(name))!;
const hello = path.join(root, 'deploy', 'examples', 'hello.yaml');

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

let troupe: TroupeProcess;

function k(line: string, stdin = ''): Promise<Said> {
  const env = { ...process.env, KUBECONFIG: troupe.kubeconfig };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, 'k', ...line.split(' ')],
      { env, timeout: 30_000 },
      (error, stdout, stderr) => {
        resolve({ stdout, stderr, code: error ? Number(error.code ?? 1) : 0 });
      },
    );
    child.stdin!.end(stdin);
  });
}

test.before(async () => {
  troupe = await startTroupe(undefined, { nodes: 2 });
});

test.after.always(async () => {
  if (troupe) await removeTroupe(troupe);
});

test.serial('a Deployment is applied, rolled out, shown, scaled and described', async (t) => {
  t.is((await k(`apply -f ${hello}`)).stdout, 'deployment.apps/hello created\n');
  t.regex((await k('rollout status deployment/hello')).stdout, /deployment "hello" successfully rolled out\n$/);
  const [head, row] = (await k('get deploy')).stdout.split('\n');
  t.regex(head!, /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$/);
  t.regex(row!, /^hello +3\/3 +3 +3 +\d+s$/);
  t.is((await k('scale deployment hello --replicas=5')).stdout, 'deployment.apps/hello scaled\n');
  await k('rollout status deploy/hello');
  t.is((await k('get pods -l app=hello -o name')).stdout.trim().split('\n').length, 5);
  const described = (await k('describe deployment hello')).stdout;
  t.regex(described, /Available +True +MinimumReplicasAvailable/);
  t.regex(described, /ScalingReplicaSet .*Scaled up replica set/);
});

test.serial(
  'apply changes what the file says, leaves the rest, and removes what the file no longer says',
  async (t) => {
    const file = (data: string, labels = '') =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  labels: {${labels}}\ndata: {${data}}\n`;
    t.is((await k('apply -f -', file('a: "1", b: "2"', 'x: z'))).stdout, 'configmap/settings created\n');
    t.is((await k('apply -f -', file('a: "1", b: "2"', 'x: z'))).stdout, 'configmap/settings unchanged\n');
    t.is((await k('apply -f -', file('a: "3"', 'x: z'))).stdout, 'configmap/settings configured\n');
    const { data, metadata } = JSON.parse((await k('get configmap settings -o json')).stdout) as {
      data: object;
      metadata: { labels: object };
    };
    t.deepEqual(data, { a: '3' });
    t.deepEqual(metadata.labels, { x: 'z' });
  },
);

test.serial('a watch shows what comes after what there is', async (t) => {
  const env = { ...process.env, KUBECONFIG: troupe.kubeconfig };
  const child = spawn(process.execPath, [program, 'k', 'get', 'configmaps', '-w', '-l', 'watched=yes'], { env });
  const said = text(child.stdout);
  const seen = new Promise<void>((resolve) =>
    child.stdout.on('data', (bytes: Buffer) => String(bytes).includes('late') && resolve()),
  );
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  labels: {watched: "yes"}\n';
  await k('apply -f -', manifest.replace('NAME', 'late'));
  await seen;
  child.kill();
  t.regex(await said, /^NAME +DATA +AGE\nlate +0 +\d+s\n/);
});

test.serial('what is deleted is gone when the command ends', async (t) => {
  const { stdout } = await k(`delete -f ${hello}`);
  t.is(stdout, 'deployment.apps "hello" deleted\n');
  t.is((await k('get deployment hello')).stderr, 'Error from server (NotFound): deployments.apps "hello" not found\n');
});

test.serial('every refusal is one line, and the exit code says so', async (t) => {
  const refused = async (line: string, stdin?: string) => {
    const { code, stderr, stdout } = await k(line, stdin);
    t.not(code, 0, line);
    t.is(stdout, '', line);
    return stderr;
  };
  t.is(await refused('get nonsense'), `error: the server doesn't have a resource type "nonsense"\n`);
  t.is(await refused('logs no-pod'), 'Error from server (NotFound): pods "no-pod" not found\n');
  t.is(await refused('apply -f no-such-file.yaml'), 'error: the path "no-such-file.yaml" does not exist\n');
  t.regex(await refused('apply -f -', 'kind: [\n'), /^error: error parsing stdin: .*\n$/);
  t.regex(
    await refused('apply -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatum: {}\n'),
    /^Error from server \(BadRequest\): .*unknown field "datum"\n$/,
  );
  t.regex(await refused('get pods --kubeconfig /no/such/file'), /^error: there is no \/no\/such\/file: .*\n$/);
  const gone = path.join(troupe.dataFolder, 'gone.kubeconfig');
  writeFileSync(
    gone,
    'apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\ncurrent-context: a\n',
  );
  t.is(
    await refused(`get pods --kubeconfig ${gone}`),
    'error: nothing answers at https://127.0.0.1:1: is Troupe running? (`npm start`)\n',
  );
});
