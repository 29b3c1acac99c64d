/** `apply`: creates what is missing and patches what differs, remembering what was applied in kubectl's annotation, so that both can be used in turns. */
import { kindByGvk } from '../../schemas/kinds/registry.js';
import { patchSchemaOf } from '../../schemas/openapi/patch-schema.js';
import { ServerError } from './cluster-client.js';
import { readManifests } from './manifests.js';
import { pathOf, type ResourceType, shownName } from './resource-types.js';
import type { ApiObject, Session } from './session.js';
import { threeWayPatch } from './three-way.js';

export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly dryRun?: string;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export async function apply(session: Session, { filename, dryRun }: ApplyOptions): Promise<number> {
  const objects = readManifests(filename);
  if (objects.length === 0) throw new Error('error: no objects passed to apply');
  let failed = 0;
  for (const object of objects) {
    try {
      const outcome = await applyOne(session, object, dryRun);
      session.say(`${outcome}${dryRun ? ` (${dryRun} dry run)` : ''}`);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      process.stderr.write(`${error.message}\n`);
      failed++;
    }
  }
  return failed > 0 ? 1 : 0;
}

async function applyOne(session: Session, object: ApiObject, dryRun?: string): Promise<string> {
  const type = session.types.ofObject(object.apiVersion, object.kind);
  const namespace = object.metadata?.namespace ?? session.namespace;
  const next = remembering(type.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object);
  const name = next.metadata?.name;
  if (!name) throw new Error(`error: a ${object.kind} has no metadata.name`);
  const query = { fieldManager: 'troupe-k', fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) };
  const where = pathOf(type, namespace, name);
  const live = await find(session, where);
  if (!live) {
    await session.client.json('POST', pathOf(type, namespace), { query, body: next });
    return `${shownName(type, name)} created`;
  }
  const { patch, contentType } = patchOf(type, live, next);
  if (Object.keys(patch).length === 0) return `${shownName(type, name)} unchanged`;
  const patched = await session.client.json<ApiObject>('PATCH', where, { query, body: patch, contentType });
  return `${shownName(type, name)} ${patched.metadata.resourceVersion === live.metadata.resourceVersion ? 'unchanged' : 'configured'}`;
}

function patchOf(type: ResourceType, live: ApiObject, next: ApiObject) {
  const definition = kindByGvk(type.group, type.version, type.kind);
  const schema = definition && patchSchemaOf(definition.schema);
  const remembered = live.metadata.annotations?.[lastApplied];
  const last = remembered ? (JSON.parse(remembered) as ApiObject) : {};
  return {
    patch: threeWayPatch(last, next, live, schema),
    contentType: schema ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
  };
}

function remembering(object: ApiObject): ApiObject {
  const { [lastApplied]: _, ...annotations } = object.metadata.annotations ?? {};
  const plain = { ...object, metadata: { ...object.metadata, annotations } };
  return {
    ...plain,
    metadata: { ...plain.metadata, annotations: { ...annotations, [lastApplied]: `${JSON.stringify(plain)}\n` } },
  };
}

async function find(session: Session, where: string): Promise<ApiObject | undefined> {
  try {
    return await session.client.get<ApiObject>(where);
  } catch (error) {
    if (error instanceof ServerError && error.status.code === 404) return undefined;
    throw error;
  }
}
