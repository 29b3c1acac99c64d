/** What the house asks of every source file: who may import whom, and that time, chance and the environment come through ports. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** From the root, `runtime/host/mailbox.ts`. */
  readonly name: string;
  readonly text: string;
}

export const root = fileURLToPath(new URL('../../..', import.meta.url));

const rooms = ['schemas', 'bus', 'runtime', 'actors', 'node-agent', 'gateway', 'cli', 'bench', 'test'];

/** What each room may import of ours. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  schemas: ['schemas'],
  bus: ['schemas', 'bus'],
  runtime: ['schemas', 'bus', 'runtime'],
  actors: ['schemas', 'bus', 'runtime', 'actors'],
  'node-agent': ['schemas', 'bus', 'runtime', 'node-agent'],
  gateway: ['schemas', 'bus', 'runtime', 'gateway'],
  cli: ['schemas', 'bus', 'runtime', 'actors', 'node-agent', 'gateway', 'cli'],
  bench: rooms,
  test: rooms.filter((room) => room !== 'bench'),
};

/** Rooms in actors/ that don't know each other. */
const strangers = ['controllers', 'scheduler', 'resources', 'node-links'];

/** Packages that only one place may import. */
const keptPackages: readonly { readonly name: RegExp; readonly where: RegExp }[] = [
  { name: /^(msgpackr|@nats-io\/.*)$/, where: /^bus\// },
  { name: /^ioredis$/, where: /^runtime\/(snapshots|shards)\// },
  { name: /^lmdb$/, where: /^runtime\/snapshots\// },
  { name: /^dockerode$/, where: /^node-agent\/containers\/(docker|local-image)/ },
  { name: /^tsyringe$/, where: /^(cli\/control-plane|runtime\/actor\/)/ },
  { name: /^commander$/, where: /^cli\// },
];

const portRooms = /^(schemas|actors|runtime|gateway|node-agent\/agent)\//;
/** The adapters of the ports, what talks to sockets, and what runs at build time only. */
const adapters = /^(runtime\/process\/|gateway\/(http|streams)\/|schemas\/(openapi\/generat|protobuf\/import-))/;
const pastThePorts =
  /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|process\.nextTick|Math\.random|randomUUID|randomBytes|process\.env)\b/;

export function sourceFiles(): SourceFile[] {
  return rooms.flatMap((room) => {
    const names = readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    return names.map((name) => ({ name: `${room}/${name}`, text: readFileSync(path.join(root, room, name), 'utf8') }));
  });
}

/** Each broken arrow as a sentence. */
export function brokenArrows(file: SourceFile): string[] {
  return importsOf(file.text).flatMap((target) => {
    const why = target.startsWith('.')
      ? whyNotOurs(file.name, path.posix.join(path.posix.dirname(file.name), target))
      : whyNotPackage(file.name, target);
    return why ? [`${file.name} imports ${target}: ${why}`] : [];
  });
}

function whyNotOurs(from: string, target: string): string | undefined {
  const [room = '', part = ''] = from.split('/');
  const [targetRoom = '', targetPart = ''] = target.split('/');
  if (!mayImport[room]?.includes(targetRoom)) return `${room} doesn't know ${targetRoom}`;
  const areStrangers =
    room === 'actors' &&
    targetRoom === 'actors' &&
    part !== targetPart &&
    strangers.includes(part) &&
    strangers.includes(targetPart);
  return areStrangers ? `${part} and ${targetPart} don't know each other` : undefined;
}

function whyNotPackage(from: string, target: string): string | undefined {
  if (/^(test|bench)\//.test(from)) return undefined;
  const name = packageOf(target);
  const kept = keptPackages.find((rule) => rule.name.test(name));
  return kept && !kept.where.test(from) ? `only ${kept.where.source} may` : undefined;
}

/** Each use of time, chance or environment beside the ports, with its line. */
export function unportedUses({ name, text }: SourceFile): string[] {
  if (!portRooms.test(name) || adapters.test(name)) return [];
  const lines = withoutComments(text).split('\n');
  return lines.flatMap((line, i) => {
    const found = pastThePorts.exec(line);
    return found ? [`${name}:${i + 1} uses ${found[1]}`] : [];
  });
}

export function importsOf(text: string): string[] {
  const found = withoutComments(text).matchAll(
    /(?:^|[;\s])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[^\w.-])import\s*\(?\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map(([, from, bare]) => (from ?? bare)!);
}

/** `@scope/name/deep/file.js` → `@scope/name`. */
export function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Comments become as many line ends, so that line numbers stay. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}
