/** Starting where something is in the way: a taken port, a damaged or foreign data folder, a cluster that runs already. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { aConfigMap, aDeployment } from '../harness/a-workload.js';
import { whyNot } from '../harness/on-cluster.js';
import { newDataFolder, removeTroupe, runTroupe, startTroupe, TroupeProcess } from '../harness/troupe-process.js';

const why = await whyNot({});
const check: typeof test.serial = why ? (test.skip as never) : test.serial;

function aFolder(t: ExecutionContext): string {
  const folder = newDataFolder();
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file with a hash of its bytes, but for the lock and the log of whoever tries. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => path.join(parentPath, name));
  const theirs = paths.filter((file) => !/\/(lock|lock\.pid|troupe\.log)$/.test(file)).sort();
  const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(theirs.map((file) => [path.relative(folder, file), hash(file)]));
}

/** A start that has to end by itself with a single line. */
async function refusal(data: string, api = '127.0.0.1:0'): Promise<string> {
  const { code, output } = await new TroupeProcess({ data, api }).ended();
  if (code !== 1) throw new Error(`exit code ${code}: ${output}`);
  return output;
}

check('what was acknowledged is there after a stop and a start, with the same certificates', async (t) => {
  const data = aFolder(t);
  const first = await startTroupe(t, { data });
  await first.kubectl.apply(aConfigMap('one', { a: '1' }), aDeployment('web', { replicas: 2 }));
  await first.kubectl.ok('rollout status deploy/web --timeout=30s');
  const kept = await first.kubectl.get('cm one');
  const pods = await first.kubectl.ok('get pods -o name');
  const authority = () => /certificate-authority-data: (\S+)/.exec(readFileSync(first.kubeconfig, 'utf8'))![1];
  const ca = authority();
  const stopped = await first.stop('SIGINT');
  t.is(stopped.code, 0);
  t.regex(stopped.output, /SIGINT: stopping; the state stays in .*\n$/);
  const second = await startTroupe(t, { data });
  t.deepEqual(await second.kubectl.get('cm one'), kept);
  t.is(authority(), ca);
  await second.kubectl.ok('rollout status deploy/web --timeout=30s');
  t.is(await second.kubectl.ok('get pods -o name'), pods);
});

check('a damaged data file is refused in one line that names it, and left as it is', async (t) => {
  const data = aFolder(t);
  const troupe = await startTroupe(undefined, { data });
  await troupe.kubectl.apply(aConfigMap('one'));
  await troupe.stop();
  const file = path.join(data, 'store', 'data.mdb');
  const sound = readFileSync(file);
  const damages: [string, Buffer][] = [
    ['cut short', sound.subarray(0, 10_000)],
    ['zeroed', Buffer.alloc(sound.length)],
    ['scrambled', Buffer.from(sound).fill('scrambled', 0, 8_192)],
    ['empty', Buffer.alloc(0)],
  ];
  for (const [how, bytes] of damages) {
    writeFileSync(file, bytes);
    const before = contentOf(data);
    const said = await refusal(data);
    t.true(said.includes(file) || said.includes(path.relative(process.cwd(), file)), `${how}: ${said}`);
    t.regex(said, /^troupe: [^\n]+\n$/, how);
    t.deepEqual(contentOf(data), before, `${how}: the folder is as it was`);
  }
  writeFileSync(file, sound);
  const mended = await startTroupe(t, { data });
  t.deepEqual((await mended.kubectl.get('cm one')).data, { color: 'red' });
});

check("somebody else's folder is refused and left as it is, by up and by down", async (t) => {
  const data = aFolder(t);
  mkdirSync(path.join(data, 'store'));
  writeFileSync(path.join(data, 'store', 'data.mdb'), 'my own diary\n'.repeat(1_000));
  const before = contentOf(data);
  t.regex(await refusal(data), /^troupe: [^\n]*data\.mdb[^\n]*\n$/);
  t.deepEqual(contentOf(data), before);
  const refused = await t.throwsAsync(runTroupe(['down', '--purge', '--data', data]));
  t.regex(refused!.message, /is no data folder of Troupe; nothing was touched/);
  t.deepEqual(contentOf(data), before);
});

check('a copied data folder runs as a cluster of its own', async (t) => {
  const data = aFolder(t);
  const troupe = await startTroupe(undefined, { data });
  await troupe.kubectl.apply(aConfigMap('one'));
  await troupe.stop();
  const copy = aFolder(t);
  cpSync(data, copy, { recursive: true });
  const [first, second] = await Promise.all([startTroupe(t, { data }), startTroupe(t, { data: copy })]);
  await first.kubectl.ok('delete cm one');
  t.deepEqual((await second.kubectl.get('cm one')).data, { color: 'red' });
});

check('a port in use is one line that says so', async (t) => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  t.teardown(() => void server.close());
  const said = await refusal(aFolder(t), `127.0.0.1:${port}`);
  t.regex(said, new RegExp(`^troupe: [^\\n]*127\\.0\\.0\\.1:${port}[^\\n]*in use[^\\n]*\\n$`));
});

check('a second start beside a running one attaches to it, and its end leaves the first alone', async (t) => {
  const troupe = await startTroupe(t, { data: aFolder(t) });
  const second = new TroupeProcess({ data: troupe.dataFolder });
  await second.ready();
  t.regex(second.output, new RegExp(`^Troupe runs already \\(process ${troupe.pid}, simulated runtime\\)`));
  t.true(second.output.includes(troupe.url));
  await second.stop('SIGINT');
  t.is(await troupe.kubectl.ok('get --raw /readyz'), 'ok');
});

check('a folder that a frozen process still holds is refused', async (t) => {
  const troupe = await startTroupe(undefined, { data: aFolder(t) });
  rmSync(path.join(troupe.dataFolder, 'run.json'));
  t.regex(await refusal(troupe.dataFolder), /^troupe: [^\n]*(in use|is used|holds|another process)[^\n]*\n$/);
  t.is(await troupe.kubectl.ok('get --raw /readyz'), 'ok');
  await removeTroupe(troupe);
});

check('down stops a running cluster; --purge leaves nothing of it', async (t) => {
  const troupe = await startTroupe(undefined, { data: aFolder(t) });
  const { stderr } = await runTroupe(['down', '--purge', '--data', troupe.dataFolder]);
  t.regex(stderr, /Stopping Troupe \(process \d+\)/);
  t.is((await troupe.ended()).code, 0);
  t.throws(() => readdirSync(troupe.dataFolder), { code: 'ENOENT' });
});
