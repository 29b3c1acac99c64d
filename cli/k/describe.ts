/** `describe`: an object as text, with what explains its state: conditions, containers, and the events about it. */
import { apiVersionOf } from '../../schemas/meta/group-version.js';
import { ageOf } from '../../schemas/meta/human-duration.js';
import { containerLines } from './describe-containers.js';
import { fieldLines, indented, titled } from './describe-fields.js';
import type { Target } from './resource-types.js';
import type { ApiObject, Session } from './session.js';
import { columnsOf } from './table.js';

interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly metadata: { readonly creationTimestamp?: string };
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** What the other sections say already. */
const shownElsewhere = new Set([
  'conditions',
  'containers',
  'initContainers',
  'ephemeralContainers',
  'containerStatuses',
  'initContainerStatuses',
  'ephemeralContainerStatuses',
  'template',
  'images',
  'managedFields',
]);

export async function describe(
  session: Session,
  args: readonly string[],
  { selector }: { selector?: string },
): Promise<number> {
  const objects = (
    await Promise.all(session.types.targets(args).map((target) => objectsOf(session, target, selector)))
  ).flat();
  if (objects.length === 0) process.stderr.write(`No resources found in ${session.namespace} namespace.\n`);
  for (const [i, object] of objects.entries())
    session.say(`${i > 0 ? '\n\n' : ''}${(await linesOf(session, object)).join('\n')}`);
  return 0;
}

async function objectsOf(
  { client, at }: Session,
  { type, names }: Target,
  labelSelector?: string,
): Promise<readonly ApiObject[]> {
  const apiVersion = apiVersionOf(type);
  if (names.length > 0) return Promise.all(names.map((name) => client.get<ApiObject>(at(type, name))));
  return (await client.get<{ items: ApiObject[] }>(at(type), { labelSelector })).items.map((item) => ({
    ...item,
    apiVersion,
    kind: type.kind,
  }));
}

async function linesOf(session: Session, object: ApiObject): Promise<string[]> {
  return [
    ...headLines(object),
    ...(object.kind === 'Secret' ? secretLines(object) : restLines(object)),
    ...containerLines(object),
    ...conditionLines(object),
    ...eventLines(await eventsOf(session, object)),
  ];
}

function headLines({ kind, apiVersion, metadata }: ApiObject): string[] {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  const facts: [string, unknown][] = [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['Kind', `${kind} (${apiVersion})`],
    ['Created', metadata.creationTimestamp],
    ['Deleted', metadata.deletionTimestamp],
    ['Controlled By', owner && `${owner.kind}/${owner.name}`],
    ['Labels', metadata.labels],
    ['Annotations', shortened(metadata.annotations)],
  ];
  return facts.filter(([, value]) => value !== undefined).flatMap(([name, value]) => fieldLines(name, value));
}

function shortened(annotations: ApiObject['metadata']['annotations']): Record<string, string> | undefined {
  if (!annotations) return undefined;
  return Object.fromEntries(
    Object.entries(annotations).filter(([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );
}

function restLines(object: ApiObject): string[] {
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = object;
  return Object.entries(rest).flatMap(([name, value]) => fieldLines(titled(name), withoutShown(value)));
}

function withoutShown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !shownElsewhere.has(name)));
}

/** Sizes only: a terminal is no place for secrets. */
function secretLines({ type, data }: ApiObject): string[] {
  const sizes = Object.entries((data ?? {}) as Record<string, string>).map(([name, value]) => [
    name,
    `${Buffer.from(value, 'base64').length} bytes`,
  ]);
  return [...fieldLines('Type', type), ...fieldLines('Data', Object.fromEntries(sizes))];
}

function conditionLines({ status }: ApiObject): string[] {
  const conditions = (status?.conditions ?? []) as {
    type: string;
    status: string;
    reason?: string;
    message?: string;
  }[];
  if (conditions.length === 0) return [];
  const rows = conditions.map(({ type, status: state, reason, message }) => [type, state, reason ?? '', message ?? '']);
  return ['Conditions:', ...indented(columnsOf([['Type', 'Status', 'Reason', 'Message'], ...rows]))];
}

async function eventsOf({ client, types }: Session, { metadata, kind }: ApiObject): Promise<readonly Event[]> {
  const about = {
    'involvedObject.name': metadata.name,
    'involvedObject.kind': kind,
    ...(metadata.uid && kind !== 'Node' ? { 'involvedObject.uid': metadata.uid } : {}),
  };
  const fieldSelector = Object.entries(about)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const type = types.named('events');
  const where = metadata.namespace
    ? `/api/${type.version}/namespaces/${metadata.namespace}/events`
    : `/api/${type.version}/events`;
  return (await client.get<{ items: Event[] }>(where, { fieldSelector })).items;
}

function eventLines(events: readonly Event[]): string[] {
  if (events.length === 0) return ['Events:   <none>'];
  const sorted = events.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
  const rows = sorted.map((event) => [
    event.type ?? '',
    event.reason ?? '',
    ageText(event),
    event.source?.component || event.reportingComponent || '',
    event.message?.trim() ?? '',
  ]);
  return ['Events:', ...indented(columnsOf([['Type', 'Reason', 'Age', 'From', 'Message'], ...rows]))];
}

function timeOf({ series, lastTimestamp, eventTime, metadata }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}

function ageText(event: Event): string {
  const times = event.series?.count ?? event.count ?? 1;
  const age = ageOf(timeOf(event), Date.now());
  return times > 1 ? `${age} (x${times})` : age;
}
