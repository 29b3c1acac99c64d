/** `npm test`: brings what the tests need (a Docker Engine, a kubectl), runs ava over the compiled tests, and ends with the counts. `npm test -- test/unit/schemas` runs a part. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from './docker-engine.js';
import { Progress } from './progress.js';
import { countsOf } from './test-counts.js';
import { ensureKubectl } from './test-kubectl.js';

const buildFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const root = path.resolve(buildFolder, '..');
const reportTailMax = 64 * 1_024;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`troupe: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const progress = new Progress();
  const isCi = Boolean(process.env['CI']);
  const engine = await ensureEngine({ assumeYes: isCi, dataFolder: buildFolder, progress });
  const kubectl = await ensureKubectl(path.join(buildFolder, 'kubectl'), progress);
  const missing = [engine, kubectl].flatMap((part) => (part.kind === 'absent' ? [part.why] : []));
  for (const why of missing) progress.say(`Some tests are skipped: ${why}.`);
  if (isCi && missing.length > 0) return 1;
  const environment = {
    ...process.env,
    ...(engine.kind === 'answers' ? { DOCKER_HOST: `unix://${engine.socketPath}` } : {}),
    ...(kubectl.kind === 'found'
      ? { TROUPE_TEST_KUBECTL: kubectl.binary }
      : { TROUPE_TEST_KUBECTL_ABSENT: kubectl.why }),
  };
  const { code, report } = await runAva(avaArguments(args), environment);
  const { passed, failed, skipped } = countsOf(report);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return code;
}

/** Names of sources or folders become those of the compiled tests; what begins with - is ava's. Without names it is all tests, as package.json says. */
function avaArguments(args: readonly string[]): string[] {
  const files = args.filter((arg) => !arg.startsWith('-')).flatMap(compiled);
  const options = args.filter((arg) => arg.startsWith('-'));
  const concurrency = Math.max(2, availableParallelism());
  return ['--concurrency', String(concurrency), ...options, ...files];
}

function compiled(arg: string): string[] {
  const source = path.relative(root, path.resolve(root, arg));
  const name = path.join(
    buildFolder,
    path.relative(buildFolder, path.join(root, source)).startsWith('..')
      ? source
      : path.relative(path.basename(buildFolder), source),
  );
  const files = globSync(name.endsWith('.ts') ? name.replace(/\.ts$/, '.js') : [name, `${name}/**/*.test.js`]).filter(
    (file) => file.endsWith('.test.js'),
  );
  if (files.length === 0) throw new Error(`there is no test in ${arg}`);
  return files.map((file) => path.relative(root, file));
}

function runAva(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; report: string }> {
  const ava = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.js');
  const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const child = spawn(process.execPath, [ava, ...args], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...env, ...color },
  });
  let report = '';
  child.stdout.on('data', (bytes: Buffer) => {
    process.stdout.write(bytes);
    report = (report + bytes.toString()).slice(-reportTailMax);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, report }));
  });
}
