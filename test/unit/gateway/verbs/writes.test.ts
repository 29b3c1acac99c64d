import test from 'ava';
import { aConfigMap, GatewayStage, parsed } from '../fakes.js';
import { TooManyRequestsError } from '../../../../schemas/errors.js';

const PATH = '/api/v1/namespaces/default/configmaps';
const body = (object: object) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...object });

test('a create is answered with the stored bytes themselves', async (t) => {
  const stage = new GatewayStage();
  const response = await stage.request(
    'POST',
    `${PATH}?fieldValidation=Strict&dryRun=All`,
    body({ metadata: { name: 'a' } }),
  );
  t.is(response.status, 201);
  t.is(response.run ? undefined : response.body, stage.cache.get('default/a')?.bytes);
  t.deepEqual(stage.created[0].options, { dryRun: true, fieldValidation: 'Strict' });
  t.is(stage.created[0].draft.metadata.namespace, 'default');
});

test('an unknown field is refused when strict, warned of by default', async (t) => {
  const stage = new GatewayStage();
  const odd = body({ metadata: { name: 'a' }, foo: 1 });
  const strict = await stage.json('POST', `${PATH}?fieldValidation=Strict`, odd);
  t.is(strict.status, 400);
  t.regex(strict.body.message, /strict decoding error: unknown field "foo"/);
  const warned = await stage.request('POST', PATH, odd);
  t.deepEqual(warned.headers['warning'], ['299 - "unknown field \\"foo\\""']);
});

test('names and namespaces that differ from the URL are refused in Kubernetes’ words', async (t) => {
  const stage = new GatewayStage();
  const posted = await stage.json('POST', PATH, body({ metadata: { name: 'a', namespace: 'other' } }));
  t.is(posted.body.message, 'the namespace of the provided object does not match the namespace sent on the request');
  const put = await stage.json('PUT', `${PATH}/a`, body({ metadata: { name: 'b' } }));
  t.is(put.body.message, 'the name of the object (b) does not match the name on the URL (a)');
  t.deepEqual(stage.created, []);
});

test('options that Kubernetes would refuse are 422', async (t) => {
  const stage = new GatewayStage();
  for (const query of ['dryRun=Some', 'fieldValidation=Sometimes', `fieldManager=${'x'.repeat(129)}`]) {
    const { status, body: answer } = await stage.json('POST', `${PATH}?${query}`, body({ metadata: { name: 'a' } }));
    t.is(status, 422, query);
    t.is(answer.details.kind, 'CreateOptions');
  }
});

test('what is not served, not allowed, or of another media type says so', async (t) => {
  const stage = new GatewayStage();
  t.is((await stage.json('GET', '/api/v1/nothings')).body.message, 'the server could not find the requested resource');
  t.is((await stage.json('POST', '/api/v1/configmaps', body({}))).status, 405);
  t.is((await stage.json('POST', PATH, 'x', { 'content-type': 'text/csv' })).status, 415);
  t.is(
    (await stage.json('PATCH', `${PATH}/a`, 'a: b', { 'content-type': 'application/apply-patch+yaml' })).status,
    415,
  );
});

test('a delete answers the object while it terminates, and a Status with its uid once it is gone', async (t) => {
  let result: 'terminating' | 'deleted' = 'terminating';
  const stage = new GatewayStage({
    delete: async () => ({ result, stored: stage.cache.get('default/a') as any, warnings: [] }),
  });
  stage.cache.put(aConfigMap('a'));
  t.is((await stage.json('DELETE', `${PATH}/a`)).body.kind, 'ConfigMap');
  result = 'deleted';
  const { body: status } = await stage.json('DELETE', `${PATH}/a`);
  t.is(status.status, 'Success');
  t.deepEqual(status.details, { name: 'a', kind: 'configmaps', uid: 'uid-a' });
});

test('delete options come from the body, and contradictions in them are refused', async (t) => {
  const seen: unknown[] = [];
  const stage = new GatewayStage({
    delete: async (_type, _key, message) => {
      seen.push(message);
      return { result: 'deleted', stored: stage.cache.get('default/a') as any, warnings: [] };
    },
  });
  stage.cache.put(aConfigMap('a'));
  await stage.json(
    'DELETE',
    `${PATH}/a`,
    JSON.stringify({ preconditions: { uid: 'u' }, gracePeriodSeconds: 0, orphanDependents: true }),
  );
  t.deepEqual(seen, [
    { dryRun: false, preconditions: { uid: 'u' }, gracePeriodSeconds: 0, propagationPolicy: 'Orphan' },
  ]);
  const both = await stage.json('DELETE', `${PATH}/a?orphanDependents=true&propagationPolicy=Background`);
  t.is(both.status, 422);
});

test('an error of the client’s write is the answer, with its retry time as a header', async (t) => {
  const stage = new GatewayStage({ create: () => Promise.reject(new TooManyRequestsError('too busy', 3)) });
  const response = await stage.request('POST', PATH, body({ metadata: { name: 'a' } }));
  t.is(response.status, 429);
  t.is(response.headers['retry-after'], '3');
  t.is(parsed(response).body.reason, 'TooManyRequests');
});

test('nobody in particular may see health and version, and nothing else', async (t) => {
  const stage = new GatewayStage();
  const ask = (target: string) =>
    stage.core.server.handle({ method: 'GET', target, headers: {}, body: undefined, identity: undefined });
  t.is((await ask('/healthz')).status, 200);
  t.is(parsed(await ask('/version')).body.minor, '36');
  t.is((await ask('/api')).status, 401);
  t.is((await ask(PATH)).status, 401);
});

test('aggregated discovery repeats its media type, and is not sent to those who have it', async (t) => {
  const stage = new GatewayStage();
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const first = await stage.request('GET', '/apis', undefined, { accept });
  t.is(first.headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const again = await stage.request('GET', '/apis', undefined, {
    accept,
    'if-none-match': first.headers['etag'] as string,
  });
  t.is(again.status, 304);
});

test('an object to be created names no resourceVersion', async (t) => {
  const stage = new GatewayStage();
  const { status, body: answer } = await stage.json(
    'POST',
    PATH,
    body({ metadata: { name: 'a', resourceVersion: '5' } }),
  );
  t.is(status, 500);
  t.is(answer.message, 'resourceVersion should not be set on objects to be created');
  t.deepEqual(stage.created, []);
});

test('a patch too deep to merge is a bad request', async (t) => {
  const stage = new GatewayStage();
  const deep = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000);
  const { status, body: answer } = await stage.json('PATCH', `${PATH}/a`, deep, {
    'content-type': 'application/merge-patch+json',
  });
  t.is(status, 400);
  t.is(answer.message, 'error decoding patch: exceeded max depth');
});
