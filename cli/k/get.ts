/** `get`: the server's tables, or objects as YAML, JSON or names. */
import { stringify } from 'yaml';
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import { ServerError, type Status } from './cluster-client.js';
import { jsonLines, type WatchEvent } from './json-lines.js';
import { pathOf, type ResourceType, shownName, type Target } from './resource-types.js';
import type { ApiObject, Session } from './session.js';
import { type Table, TablePrinter, tableType, type TableView } from './table.js';

export interface GetOptions {
  readonly allNamespaces?: boolean;
  readonly output?: 'wide' | 'yaml' | 'json' | 'name';
  readonly watch?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
}

interface ObjectList {
  readonly items: readonly ApiObject[];
}

export async function get(session: Session, args: readonly string[], options: GetOptions): Promise<number> {
  const targets = session.types.targets(args).filter(({ type }) => type.verbs.includes('list'));
  if (options.watch) return watch(session, onlyOne(targets), options);
  if (options.output && options.output !== 'wide') return printObjects(session, targets, options);
  return printTables(session, targets, options);
}

async function printTables(session: Session, targets: readonly Target[], options: GetOptions): Promise<number> {
  const hasMany = targets.length > 1;
  let shown = 0;
  let failed = 0;
  for (const target of targets) {
    const printer = new TablePrinter(viewOf(target.type, options, hasMany));
    const lines: string[] = [];
    for (const where of placesOf(session, target, options)) {
      try {
        const table = await session.client.json<Table>('GET', where, { query: queryOf(options), accept: tableType });
        if (table.rows.length > 0) lines.push(...printer.lines(table));
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        process.stderr.write(`${error.message}\n`);
        failed++;
      }
    }
    if (lines.length > 0) session.say(`${shown++ > 0 && hasMany ? '\n' : ''}${lines.join('\n')}`);
  }
  if (shown === 0 && failed === 0) process.stderr.write(nothingFound(session, targets, options));
  return failed > 0 ? 1 : 0;
}

function nothingFound(session: Session, targets: readonly Target[], options: GetOptions): string {
  const inNamespace = !options.allNamespaces && targets.some(({ type }) => type.namespaced);
  return inNamespace ? `No resources found in ${session.namespace} namespace.\n` : 'No resources found\n';
}

async function printObjects(session: Session, targets: readonly Target[], options: GetOptions): Promise<number> {
  const found: ApiObject[] = [];
  for (const target of targets) {
    for (const where of placesOf(session, target, options)) {
      const answer = await session.client.get<ApiObject & Partial<ObjectList>>(where, queryOf(options));
      const { kind } = target.type;
      const apiVersion = apiVersionOf(target.type);
      found.push(...(answer.items ? answer.items.map((item) => ({ ...item, apiVersion, kind })) : [answer]));
    }
  }
  const isOne = found.length === 1 && targets.every(({ names }) => names.length > 0);
  const whole = isOne ? found[0] : { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: found };
  if (options.output === 'name')
    for (const object of found)
      session.say(shownName(session.types.ofObject(object.apiVersion, object.kind), object.metadata.name));
  else
    session.say(
      options.output === 'json'
        ? JSON.stringify(whole, undefined, 2)
        : stringify(whole, { lineWidth: 0, version: '1.1' }).trimEnd(),
    );
  return 0;
}

/** Prints what there is, then each change, until the server or Ctrl-C ends it. */
async function watch(session: Session, target: Target, options: GetOptions): Promise<number> {
  const { client } = session;
  const list = pathOf(target.type, options.allNamespaces ? undefined : session.namespace);
  const query = {
    ...queryOf(options),
    ...(target.names.length > 0 ? { fieldSelector: `metadata.name=${target.names[0]}` } : {}),
  };
  const printer = new TablePrinter(viewOf(target.type, options, false));
  const asTable = !options.output || options.output === 'wide';
  const first = await client.json<Table>('GET', list, { query, accept: tableType });
  const show = (table: Table) => printer.lines(table).forEach((line) => session.say(line));
  if (asTable) show(first);
  const call = {
    query: { ...query, watch: '1', resourceVersion: first.metadata?.resourceVersion },
    ...(asTable ? { accept: tableType } : {}),
  };
  for await (const event of jsonLines<WatchEvent<Table & ApiObject & Status>>(await client.open('GET', list, call))) {
    if (event.type === 'BOOKMARK') continue;
    if (event.type === 'ERROR') throw new ServerError(event.object);
    if (asTable) show(event.object);
    else if (options.output === 'name') session.say(shownName(target.type, event.object.metadata.name));
    else
      session.say(
        options.output === 'json'
          ? JSON.stringify(event.object, undefined, 2)
          : `---\n${stringify(event.object, { lineWidth: 0 }).trimEnd()}`,
      );
  }
  return 0;
}

function onlyOne(targets: readonly Target[]): Target {
  const [target, ...more] = targets;
  if (!target || more.length > 0 || target.names.length > 1)
    throw new Error('--watch takes one resource type, or one object');
  return target;
}

function placesOf(session: Session, { type, names }: Target, { allNamespaces }: GetOptions): string[] {
  if (names.length === 0) return [pathOf(type, allNamespaces ? undefined : session.namespace)];
  if (allNamespaces) throw new Error('a resource cannot be retrieved by name across all namespaces');
  return names.map((name) => session.at(type, name));
}

function viewOf(type: ResourceType, options: GetOptions, hasMany: boolean): TableView {
  const namespaces = options.allNamespaces === true && type.namespaced;
  return { wide: options.output === 'wide', namespaces, ...(hasMany ? { prefix: shownName(type, '') } : {}) };
}

function queryOf({ selector, fieldSelector }: GetOptions) {
  return { labelSelector: selector, fieldSelector };
}
