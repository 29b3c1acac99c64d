/** `npm run k`: a small client for a cluster, where kubectl isn't installed. Output and messages are kubectl's. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ApplyOptions } from './apply.js';
import type { DeleteOptions } from './delete.js';
import type { ExecOptions } from './exec.js';
import type { GetOptions } from './get.js';
import type { LogsOptions } from './logs.js';
import type { CommonOptions, Session } from './session.js';

type Work<O> = (session: Session, args: readonly string[], options: O) => Promise<number>;

/** Runs one command line and answers with the exit code; prints one line for what went wrong. */
export async function k(args: readonly string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe);
  let code = 0;
  const program = programOf((result) => {
    code = result;
  });
  try {
    await program.parseAsync(withSeparator(args), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error as Error)}\n`);
    return 1;
  }
  return code;
}

function programOf(finish: (code: number) => void): Command {
  const program = new Command('npm run k --')
    .description('A small client for a Kubernetes cluster. Reads ./.troupe/admin.kubeconfig, or KUBECONFIG.')
    .helpCommand(false)
    .exitOverride();
  const command = <O>(usage: string, description: string, lines: readonly string[], work: Work<O>) =>
    program
      .command(usage)
      .description(description)
      .option('-n, --namespace <name>', 'the namespace')
      .option('--kubeconfig <file>', 'the kubeconfig (default: KUBECONFIG, else the data folder has one)')
      .option('--data <dir>', 'the data folder whose kubeconfig is meant (default: ./.troupe)')
      .addHelpText('after', `\nExamples:\n${lines.map((line) => `  npm run k -- ${line}`).join('\n')}\n`)
      .action(async (...given: unknown[]) => {
        const words = given
          .slice(0, -2)
          .flat()
          .filter((word) => word !== undefined) as string[];
        finish(await inSession(words, given.at(-2) as O & CommonOptions, work));
      });
  addReading(command);
  addWriting(command);
  addContainers(command);
  return program;
}

type AddCommand = <O>(usage: string, description: string, lines: readonly string[], work: Work<O>) => Command;

async function inSession<O>(args: readonly string[], options: O & CommonOptions, work: Work<O>): Promise<number> {
  const session = await (await import('./session.js')).openSession(options);
  try {
    return await work(session, args, options);
  } finally {
    session.client.close();
  }
}

function addReading(command: AddCommand): void {
  command(
    'get <what...>',
    'Shows objects as a table, YAML, JSON or names.',
    ['get pods -A', 'get deploy,pods -o wide', 'get pod/web-0 -o yaml', 'get pods -l app=hello -w'],
    async (session, args, options: GetOptions) => (await import('./get.js')).get(session, args, options),
  )
    .option('-A, --all-namespaces', 'in all namespaces')
    .addOption(new Option('-o, --output <format>', 'how').choices(['wide', 'yaml', 'json', 'name']))
    .option('-w, --watch', 'then shows each change')
    .option('-l, --selector <selector>', 'by labels: app=hello,tier!=db')
    .option('--field-selector <selector>', 'by fields: status.phase=Running');
  command(
    'describe <what...>',
    'Tells what is known of objects, with their conditions, containers and events.',
    ['describe pod web-0', 'describe deploy/hello', 'describe node'],
    async (session, args, options: { selector?: string }) =>
      (await import('./describe.js')).describe(session, args, options),
  ).option('-l, --selector <selector>', 'by labels');
  command(
    'rollout <subcommand> <what...>',
    'Follows a rollout until it is done; the subcommand is status.',
    ['rollout status deployment/hello'],
    async (session, [subcommand, ...args], options: { watch: boolean }) => {
      if (subcommand !== 'status') throw new Error(`error: rollout ${subcommand} is not there; rollout status is`);
      return (await import('./rollout.js')).rolloutStatus(session, args, options);
    },
  ).option('--no-watch', 'tells the state once');
}

function addWriting(command: AddCommand): void {
  command(
    'apply',
    'Creates or changes objects so that they are as files say.',
    ['apply -f deploy/examples/hello.yaml', 'apply -f folder/', 'apply -f - < web.yaml'],
    async (session, _args, options: ApplyOptions) => (await import('./apply.js')).apply(session, options),
  )
    .requiredOption('-f, --filename <file...>', 'YAML or JSON file, folder, or - for stdin')
    .addOption(new Option('--dry-run <where>', 'only checks').choices(['server']));
  command(
    'delete [what...]',
    'Deletes objects and waits until they are gone.',
    [
      'delete pod web-0',
      'delete -f deploy/examples/hello.yaml',
      'delete pods -l app=hello',
      'delete pods --all --force',
    ],
    async (session, args, options: DeleteOptions) => (await import('./delete.js')).remove(session, args, options),
  )
    .option('-f, --filename <file...>', 'what the file names')
    .option('-l, --selector <selector>', 'by labels')
    .option('--all', 'all of the type in the namespace')
    .option('--force', 'at once, without grace', false)
    .option('--grace-period <seconds>', 'how long containers may take to end', wholeNumber)
    .addOption(
      new Option('--cascade <how>', 'what becomes of what it owns').choices(['background', 'foreground', 'orphan']),
    )
    .option('--ignore-not-found', 'what is gone already is no error')
    .option('--no-wait', "doesn't wait until they are gone");
  command(
    'scale <what...>',
    'Sets how many replicas there are.',
    ['scale deployment/hello --replicas=5', 'scale deployment hello --replicas=0'],
    async (session, args, { replicas }: { replicas: number }) =>
      (await import('./scale.js')).scale(session, args, replicas),
  ).requiredOption('--replicas <count>', 'how many', wholeNumber);
}

function addContainers(command: AddCommand): void {
  command(
    'logs [pod]',
    'Prints what containers wrote.',
    ['logs web-0', 'logs -f deployment/hello', 'logs web-0 -c sidecar --tail=20', 'logs web-0 -p'],
    async (session, [pod], options: LogsOptions) => (await import('./logs.js')).logs(session, pod, options),
  )
    .option('-c, --container <name>', 'which container')
    .option('-f, --follow', 'and what comes')
    .option('-p, --previous', 'of the container before the last restart')
    .option('--tail <lines>', 'only the last lines', Number)
    .option('--since <seconds>', 'only of the last seconds', wholeNumber)
    .option('--timestamps', 'with times')
    .option('-l, --selector <selector>', 'of all pods with these labels');
  command(
    'exec <pod> <command...>',
    'Runs a command in a container.',
    ['exec -it hello-abc -- sh', 'exec deploy/hello -- ls /www'],
    async (session, [pod, ...words], options: ExecOptions) =>
      (await import('./exec.js')).exec(session, pod!, words, options),
  )
    .option('-c, --container <name>', 'which container')
    .option('-i, --stdin', 'passes our input to it')
    .option('-t, --tty', 'with a terminal');
}

/** The shell's or npm's own parsing may have eaten the `--` of `exec pod -- ls -l`. */
export function withSeparator(args: readonly string[]): string[] {
  const [command, pod, ...rest] = args;
  if (command !== 'exec' || !pod || pod.startsWith('-') || args.includes('--')) return [...args];
  return [command, pod, '--', ...rest];
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It is a whole number.');
  return number;
}

/** kubectl's prefix, unless the message has it. */
function messageOf({ message, stack }: Error): string {
  if (process.env['TROUPE_DEBUG']) return stack ?? message;
  return /^error/i.test(message) ? message : `error: ${message}`;
}

/** `npm run k -- get pods | head` is no error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
