/** Paths and operations written in a dialect. Build step only. */
import type { Operation, PathItem } from './document-operations.js';
import { type Dialect, type Json, refTo } from './document-schemas.js';

const parameterTypes: Record<string, string> = {
  allowWatchBookmarks: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  limit: 'integer',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
};

const parameterTexts: Record<string, string> = {
  dryRun: 'With the value All, everything happens but the storing.',
  fieldManager: 'Who is said to have made the change.',
  fieldValidation: 'What happens to unknown and duplicate fields: Ignore, Warn or Strict.',
  name: 'name of the object',
  namespace: 'namespace of the object',
};

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const bodyTypes = ['application/json', 'application/yaml'];

export function pathItem(item: PathItem, dialect: Dialect): Json {
  const methods = item.operations.map((operation) => [operation.method, operationOf(operation, dialect)]);
  const parameters = item.inPath.map((name) => parameter(name, 'path', dialect));
  return { ...Object.fromEntries(methods), ...(parameters.length ? { parameters } : {}) };
}

function parameter(name: string, where: 'path' | 'query', dialect: Dialect): Json {
  const type = { type: parameterTypes[name] ?? 'string', uniqueItems: true };
  return {
    name,
    in: where,
    ...(parameterTexts[name] ? { description: parameterTexts[name] } : {}),
    ...(where === 'path' ? { required: true } : {}),
    ...(dialect === 3 ? { schema: type } : type),
  };
}

function operationOf(operation: Operation, dialect: Dialect): Json {
  const { action, body, gvk, id, method, query } = operation;
  const consumed = method === 'patch' ? patchTypes : bodyTypes;
  const parameters = query.map((name) => parameter(name, 'query', dialect));
  if (body && dialect === 2)
    parameters.unshift({
      name: 'body',
      in: 'body',
      ...(method === 'delete' ? {} : { required: true }),
      schema: refTo(body, 2),
    });
  return {
    operationId: id,
    tags: [`${gvk.group.split('.')[0] || 'core'}_${gvk.version}`],
    ...(parameters.length ? { parameters } : {}),
    ...(body && dialect === 3
      ? { requestBody: { ...(method === 'delete' ? {} : { required: true }), content: contentOf(consumed, body) } }
      : {}),
    ...(dialect === 2 ? { consumes: body ? consumed : ['*/*'], produces: operation.answer ? bodyTypes : ['*/*'] } : {}),
    responses: { 200: answerOf(operation, dialect), 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

function answerOf({ answer }: Operation, dialect: Dialect): Json {
  if (!answer)
    return { description: 'OK', ...(dialect === 3 ? { content: { '*/*': { schema: { type: 'string' } } } } : {}) };
  return {
    description: 'OK',
    ...(dialect === 3 ? { content: contentOf(bodyTypes, answer) } : { schema: refTo(answer, 2) }),
  };
}

const contentOf = (types: readonly string[], schema: string): Json =>
  Object.fromEntries(types.map((type) => [type, { schema: refTo(schema, 3) }]));
