import test from 'ava';
import { aConfigMap, GatewayStage } from '../fakes.js';

const PATH = '/api/v1/namespaces/default/configmaps';

function stageWith(...names: string[]): GatewayStage {
  const stage = new GatewayStage();
  for (const name of names) stage.cache.put(aConfigMap(name, { letter: name }));
  return stage;
}

const namesOf = (body: any) => body.items.map((item: any) => item.metadata.name);

test('a plain list waits for the newest revision, one at resourceVersion 0 does not', async (t) => {
  const stage = stageWith('a');
  const { body } = await stage.json('GET', PATH);
  t.is(stage.cache.waitsForFresh, 1);
  t.is(body.kind, 'ConfigMapList');
  t.is(body.metadata.resourceVersion, '2');
  await stage.json('GET', `${PATH}?resourceVersion=0`);
  t.is(stage.cache.waitsForFresh, 1);
});

test('pages continue after the last object, and only the last has no token and no remainder', async (t) => {
  const stage = stageWith('a', 'b', 'c');
  const first = (await stage.json('GET', `${PATH}?limit=2`)).body;
  t.deepEqual(namesOf(first), ['a', 'b']);
  t.is(first.metadata.remainingItemCount, 1);
  const second = (await stage.json('GET', `${PATH}?limit=2&continue=${first.metadata.continue}`)).body;
  t.deepEqual(namesOf(second), ['c']);
  t.deepEqual(second.metadata, { resourceVersion: first.metadata.resourceVersion });
});

test('a page of a selected list does not say how many remain', async (t) => {
  const stage = stageWith('a', 'b', 'c');
  const { body } = await stage.json('GET', `${PATH}?limit=1&labelSelector=letter`);
  t.truthy(body.metadata.continue);
  t.is(body.metadata.remainingItemCount, undefined);
});

test('limit is ignored at resourceVersion 0', async (t) => {
  const stage = stageWith('a', 'b');
  const { body } = await stage.json('GET', `${PATH}?limit=1&resourceVersion=0`);
  t.deepEqual(namesOf(body), ['a', 'b']);
});

test('an expired token is answered 410 with one that goes on from the same object', async (t) => {
  const stage = stageWith('a', 'b', 'c');
  const first = (await stage.json('GET', `${PATH}?limit=1`)).body;
  stage.cache.forgotten = 100;
  const expired = await stage.json('GET', `${PATH}?limit=1&continue=${first.metadata.continue}`);
  t.is(expired.status, 410);
  t.is(expired.body.reason, 'Expired');
  const next = await stage.json('GET', `${PATH}?limit=5&continue=${expired.body.metadata.continue}`);
  t.deepEqual(namesOf(next.body), ['b', 'c']);
});

test('a resourceVersion with a continue token is refused', async (t) => {
  const { status, body } = await stageWith('a').json('GET', `${PATH}?continue=abc&resourceVersion=5`);
  t.is(status, 400);
  t.is(body.message, 'specifying resource version is not allowed when using continue');
});

test('a version that has not come after the wait is 504 with the cause on which clients list anew', async (t) => {
  const { status, body } = await stageWith('a').json('GET', `${PATH}?resourceVersion=99`);
  t.is(status, 504);
  t.is(body.reason, 'Timeout');
  t.is(body.details.causes[0].reason, 'ResourceVersionTooLarge');
  t.is(body.details.retryAfterSeconds, 1);
});

test('resourceVersionMatch without a version and unknown field labels are refused in Kubernetes’ words', async (t) => {
  const stage = stageWith('a');
  const match = await stage.json('GET', `${PATH}?resourceVersionMatch=Exact`);
  t.is(match.status, 422);
  t.regex(match.body.message, /resourceVersionMatch is forbidden unless resourceVersion is provided/);
  const field = await stage.json('GET', `${PATH}?fieldSelector=spec.x%3Dy`);
  t.is(field.body.message, 'field label not supported: spec.x');
});

test('a Table has the kind’s columns and metadata of each row; protobuf asked for first is passed over', async (t) => {
  const stage = stageWith('a');
  const accept =
    'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io';
  const { body } = await stage.json('GET', PATH, undefined, { accept });
  t.is(body.kind, 'Table');
  t.is(body.columnDefinitions[0].name, 'Name');
  t.is(body.rows[0].cells[0], 'a');
  t.is(body.rows[0].object.kind, 'PartialObjectMetadata');
});

test('what can only be read as protobuf is 406', async (t) => {
  const { status } = await stageWith().json('GET', PATH, undefined, { accept: 'application/vnd.kubernetes.protobuf' });
  t.is(status, 406);
});
