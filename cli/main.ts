/** `troupe`: starts processes of a cluster and talks to one. Each command's code is loaded when it is chosen. */
import 'reflect-metadata';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { setGeneratedFolder } from '../schemas/openapi/load.js';

const buildFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

await main(process.argv);

async function main(argv: readonly string[]): Promise<void> {
  enableCompileCache(path.join(buildFolder, '.compile-cache'));
  setGeneratedFolder(path.join(buildFolder, 'schemas', 'openapi', 'generated'));
  const program = new Command('troupe')
    .description('A container orchestrator that speaks the Kubernetes API.')
    .helpCommand(false);
  addUp(program);
  addDown(program);
  addClient(program);
  try {
    // The client reads its own command line: commander would take the `--` before a command to run for its own.
    if (argv[2] === 'k') process.exitCode = await (await import('./k/main.js')).k(argv.slice(3));
    else await program.parseAsync(argv);
  } catch (error) {
    process.stderr.write(
      `troupe: ${process.env['TROUPE_DEBUG'] ? (error as Error).stack : (error as Error).message}\n`,
    );
    process.exitCode = 1;
  }
}

function addUp(program: Command): void {
  program
    .command('up', { isDefault: true })
    .description(
      'Starts a one-node cluster in this process (npm start), or attaches to the one that runs in the data folder.',
    )
    .option('--data <dir>', "the cluster's state, certificates and kubeconfig", './.troupe')
    .option(
      '--api <host:port>',
      'where the API listens; port 0 picks a free one (default 127.0.0.1:6443, or the next free port)',
      hostAndPort,
    )
    .option(
      '--runtime <name>',
      'what runs containers: docker or simulated (default: docker where it answers)',
      runtimeName,
    )
    .option('--nodes <count>', 'how many simulated nodes', wholeNumber, 1)
    .option('--demo', 'runs deploy/examples/hello.yaml and prints a URL whose page shows which pod answered', false)
    .option('--yes', 'installs what is missing without asking', false)
    .addHelpText(
      'after',
      examples([
        'npm start',
        'npm start -- --demo',
        'npm start -- --runtime simulated --nodes 100',
        'npm start -- --data /var/lib/troupe --api 0.0.0.0:6443',
      ]),
    )
    .action(async (options) => (await import('./up.js')).up(options));
}

function addDown(program: Command): void {
  program
    .command('down')
    .description('Stops the cluster of the data folder and removes its containers and network.')
    .option('--data <dir>', 'the data folder', './.troupe')
    .option('--purge', 'deletes the data folder as well', false)
    .addHelpText('after', examples(['npm run down', 'npm run down -- --purge']))
    .action(async (options) => (await import('./down.js')).down(options));
}

function addClient(program: Command): void {
  program
    .command('k')
    .description('A small client: get, describe, apply, delete, logs, exec, scale, rollout status.')
    .argument('[args...]');
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new InvalidArgumentError('It is HOST:PORT, e.g. 127.0.0.1:6443 or [::1]:0.');
  return { host: match[1] ?? match[2] ?? '', port };
}

function runtimeName(text: string): string {
  if (text !== 'docker' && text !== 'simulated') throw new InvalidArgumentError('It is docker or simulated.');
  return text;
}

function wholeNumber(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    throw new InvalidArgumentError('It is a whole number from 1 to 10000.');
  return count;
}
