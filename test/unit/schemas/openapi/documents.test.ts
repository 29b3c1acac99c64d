import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { kinds } from '../../../../schemas/kinds/registry.js';
import { openApiDocument, openApiIndex } from '../../../../schemas/openapi/documents.js';

type Json = Record<string, any>;
const read = (path: string) => JSON.parse(gunzipSync(openApiDocument(path)!.gzipped).toString()) as Json;

/** The names of all `$ref`s in a document. */
function refsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') found.add(inner.slice(inner.lastIndexOf('/') + 1));
    else refsIn(inner, found);
  }
  return found;
}

test('every reference in every document leads to a definition of the same document', (t) => {
  for (const path of [...Object.keys(openApiIndex().paths), 'v2']) {
    const document = read(path);
    const definitions = (document.components?.schemas ?? document.definitions) as Json;
    t.deepEqual(
      [...refsIn(document)].filter((name) => !Object.hasOwn(definitions, name)),
      [],
      path,
    );
  }
});

test('every served kind is found in its document by its group, version and kind', (t) => {
  for (const kind of kinds) {
    const schema = read(kind.group ? `apis/${kind.group}/${kind.version}` : `api/${kind.version}`).components.schemas[
      kind.schema
    ];
    t.deepEqual(
      schema?.['x-kubernetes-group-version-kind'],
      [{ group: kind.group, version: kind.version, kind: kind.kind }],
      kind.kind,
    );
  }
});

test('a patch of a deployment takes fieldValidation and a strategic merge patch, which is what kubectl apply looks for', (t) => {
  const { patch } = read('apis/apps/v1').paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
  t.true(patch.parameters.some((parameter: Json) => parameter.name === 'fieldValidation'));
  t.true(Object.keys(patch.requestBody.content).includes('application/strategic-merge-patch+json'));
});

test('fields say how they merge, what they default to and which values they take', (t) => {
  const { properties } = read('api/v1').components.schemas['io.k8s.api.core.v1.Container'];
  t.is(properties.ports['x-kubernetes-patch-merge-key'], 'containerPort');
  t.deepEqual(properties.ports['x-kubernetes-list-map-keys'], ['containerPort', 'protocol']);
  t.deepEqual(properties.imagePullPolicy.enum, ['Always', 'IfNotPresent', 'Never']);
  const port = read('v2').definitions['io.k8s.api.core.v1.ContainerPort'];
  t.is(port.properties.protocol.default, 'TCP');
  t.deepEqual(port.properties.containerPort.format, 'int32');
  t.deepEqual(port.required, ['containerPort']);
});

test('the index names each document with a hash of its content', (t) => {
  const { paths } = openApiIndex();
  t.is(
    paths['apis/apps/v1']?.serverRelativeURL,
    `/openapi/v3/apis/apps/v1?hash=${openApiDocument('apis/apps/v1')?.hash}`,
  );
  t.is(paths.v2, undefined);
  t.is(openApiDocument('apis/nothing/v1'), undefined);
});

test('the protobuf of v2 names every definition and the extensions that clients read', (t) => {
  const bytes = gunzipSync(openApiDocument('v2.protobuf')!.gzipped).toString('latin1');
  for (const name of Object.keys(read('v2').definitions as Json)) t.true(bytes.includes(name), name);
  t.true(bytes.startsWith('\n\x032.0'));
  t.true(bytes.includes('x-kubernetes-patch-merge-key'));
});
