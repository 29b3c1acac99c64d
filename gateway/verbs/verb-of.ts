/** Which verb a request is, for authorization, and what carries it out. */
import { MethodNotAllowedError, UnknownPathError } from '../http-errors.js';
import type { KindDefinition } from '../../schemas/kinds/kind.js';
import type { ResourcePath } from '../resource-path.js';
import type { Query } from '../query.js';
import type { Verb } from '../resource-call.js';
import { watch } from '../watch/watch.js';
import { bind } from './binding.js';
import { create } from './create.js';
import { deleteCollection } from './delete-collection.js';
import { deleteOne } from './delete.js';
import { evict } from './eviction.js';
import { get } from './get.js';
import { list } from './list.js';
import { patch, patchAs } from './patch.js';
import { podLog, upgradeRequired } from './pod-streams.js';
import { reviewVerb } from './reviews.js';
import { getScale, patchScale, updateScale } from './scale.js';
import { requestToken } from './token-request.js';
import { update, updateAs } from './update.js';
import type { WriteTarget } from '../../schemas/messages/resource.js';

export type VerbName = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface Action {
  readonly name: VerbName;
  readonly run: Verb;
}

const MAIN: Readonly<Record<VerbName, Action>> = {
  get: { name: 'get', run: get },
  list: { name: 'list', run: list },
  watch: { name: 'watch', run: watch },
  create: { name: 'create', run: create },
  update: { name: 'update', run: update },
  patch: { name: 'patch', run: patch },
  delete: { name: 'delete', run: deleteOne },
  deletecollection: { name: 'deletecollection', run: deleteCollection },
};

const written = (target: WriteTarget): Readonly<Record<string, Verb>> => ({
  get,
  update: (call) => updateAs(call, target),
  patch: (call) => patchAs(call, target),
});

const STREAM = { get: upgradeRequired, create: upgradeRequired };

const SUBRESOURCES: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  status: written('status'),
  finalize: written('finalize'),
  ephemeralcontainers: written('ephemeralcontainers'),
  resize: written('resize'),
  scale: { get: getScale, update: updateScale, patch: patchScale },
  eviction: { create: evict },
  binding: { create: bind },
  token: { create: requestToken },
  log: { get: podLog },
  exec: STREAM,
  attach: STREAM,
  portforward: STREAM,
};

function verbName(method: string, path: ResourcePath, query: Query): VerbName | undefined {
  const isNamed = path.name !== undefined;
  switch (method) {
    case 'GET':
      if (path.watch) return 'watch';
      if (isNamed) return 'get';
      return query.boolean('watch') ? 'watch' : 'list';
    case 'POST':
      return isNamed && path.subresource === undefined ? undefined : 'create';
    case 'PUT':
      return isNamed ? 'update' : undefined;
    case 'PATCH':
      return isNamed ? 'patch' : undefined;
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

function subresourceAction(definition: KindDefinition, name: VerbName, path: ResourcePath): Action {
  const subresource = definition.subresources.find((candidate) => candidate.name === path.subresource);
  if (!subresource || path.rest !== undefined) throw new UnknownPathError();
  const verbs = SUBRESOURCES[subresource.name];
  const run = verbs && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!run || !subresource.verbs.includes(name)) throw new MethodNotAllowedError();
  return { name, run };
}

/** Only lists reach over all namespaces. */
const isPlaceless = (definition: KindDefinition, path: ResourcePath) =>
  definition.namespaced && path.namespace === undefined;

/** Throws UnknownPathError and MethodNotAllowedError. */
export function actionOf(definition: KindDefinition, method: string, path: ResourcePath, query: Query): Action {
  if (!definition.namespaced && path.namespace !== undefined) throw new UnknownPathError();
  const name = verbName(method, path, query);
  if (!name) throw new MethodNotAllowedError();
  if (isPlaceless(definition, path)) {
    if (path.name !== undefined) throw new UnknownPathError();
    if (name !== 'list' && name !== 'watch' && definition.stored) throw new MethodNotAllowedError();
  }
  if (path.subresource !== undefined) return subresourceAction(definition, name, path);
  if (!definition.verbs.includes(name)) throw new MethodNotAllowedError();
  if (definition.stored) return MAIN[name];
  const run = reviewVerb(definition.kind);
  if (!run) throw new MethodNotAllowedError();
  return { name, run };
}
