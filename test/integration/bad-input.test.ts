/** What isn't right is refused with Kubernetes' code, reason and causes, and nothing of it is stored. */
import type { ExecutionContext } from 'ava';
import { aConfigMap, aDeployment, aPod } from '../harness/a-workload.js';
import { onCluster, type Place } from '../harness/on-cluster.js';
import { type RawAnswer, type RawApi, rawApi } from '../harness/raw-api.js';

const check = await onCluster();

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: RegExp;
  /** `field reason` of each cause. */
  readonly causes?: readonly string[];
}

function isRefused(t: ExecutionContext, answer: RawAnswer, { status, reason, message, causes }: Refusal): void {
  const { body } = answer;
  t.deepEqual(
    [answer.status, body.kind, body.status, body.code, body.reason],
    [status, 'Status', 'Failure', status, reason],
    JSON.stringify(body),
  );
  t.regex(body.message, message);
  const said = body.details?.causes?.map(
    ({ field, reason }: { field: string; reason: string }) => `${field} ${reason}`,
  );
  if (causes) t.deepEqual(said, causes);
}

/** Runs, and sees that the namespace's objects are what they were. */
async function storesNothing(t: ExecutionContext, { k }: Place, act: () => Promise<void>): Promise<void> {
  const all = async () =>
    (await k.get('cm,pods,deploy,secrets,services')).items.map(
      ({ metadata }: { metadata: { uid: string; resourceVersion: string } }) =>
        `${metadata.uid} ${metadata.resourceVersion}`,
    );
  const before = await all();
  await act();
  t.deepEqual(await all(), before);
}

const api = ({ troupe }: Place): RawApi => rawApi(troupe.kubeconfig);
const maps = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/configmaps`;
const pods = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/pods`;
const deployments = ({ namespace }: Place) => `/apis/apps/v1/namespaces/${namespace}/deployments`;

check('malformed JSON, YAML and protobuf are bad requests', async (t, place) => {
  await storesNothing(t, place, async () => {
    const post = (body: string | Buffer, type?: string) => api(place)('POST', maps(place), body, type ? { type } : {});
    const broken = { status: 400, reason: 'BadRequest' };
    for (const body of [
      '{"metadata":{"name":"x"',
      '{"metadata":{"name":"x"},}',
      'hello',
      '[]',
      '"text"',
      '{"metadata":{"name":"x"}} tail',
      '',
    ])
      isRefused(t, await post(body), { ...broken, message: /\S/ });
    isRefused(t, await post('{"metadata":{"name":"x"'), {
      ...broken,
      message:
        /ConfigMap in version "v1" cannot be handled as a ConfigMap|couldn't get version\/kind|unexpected end of JSON input/,
    });
    isRefused(t, await post('metadata:\n name: x\n  wrong: [', 'application/yaml'), {
      ...broken,
      message: /yaml|YAML|mapping/,
    });
    isRefused(t, await post(Buffer.from('k8s\0garbage'), 'application/vnd.kubernetes.protobuf'), {
      ...broken,
      message: /\S/,
    });
    isRefused(t, await post(Buffer.from([0xff, 0xfe, 0x00, 0x7b])), { ...broken, message: /\S/ });
    isRefused(t, await post('<xml/>', 'application/xml'), {
      status: 415,
      reason: 'UnsupportedMediaType',
      message: /the body of the request was in an unknown format/,
    });
  });
});

check(
  'unknown and repeated fields are refused strictly, warned of, or dropped in silence, as the client asks',
  async (t, place) => {
    const body =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","nmae":"y"},"data":{"a":"1","a":"2"},"dta":{}}';
    const post = (how: string) => api(place)('POST', `${maps(place)}?fieldValidation=${how}`, body);
    await storesNothing(t, place, async () => {
      const message =
        /^ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: (?=.*unknown field "dta")(?=.*unknown field "metadata.nmae")(?=.*duplicate field "data.a")/;
      isRefused(t, await post('Strict'), { status: 400, reason: 'BadRequest', message });
    });
    const warned = await post('Warn');
    t.is(warned.status, 201);
    const warnings = [warned.headers['warning']].flat().join(' ');
    for (const said of [
      '299 - "unknown field \\"dta\\""',
      '299 - "unknown field \\"metadata.nmae\\""',
      '299 - "duplicate field \\"data.a\\""',
    ])
      t.true(warnings.includes(said), warnings);
    t.is(warned.body.dta, undefined);
    await place.k.ok('delete cm x');
    const ignored = await post('Ignore');
    t.deepEqual([ignored.status, ignored.headers['warning'], ignored.body.data], [201, undefined, { a: '2' }]);
    const { stderr } = await place.k.run('apply -f -', {
      input: JSON.stringify({ ...aPod('p'), spec: { containers: [{ name: 'c', image: 'i', comand: ['x'] }] } }),
    });
    t.regex(stderr, /strict decoding error: unknown field "spec.containers\[0\].comand"/);
  },
);

check('wrong types are bad requests that name the field', async (t, place) => {
  await storesNothing(t, place, async () => {
    const deployment = (spec: object) =>
      api(place)(
        'POST',
        deployments(place),
        JSON.stringify({ ...aDeployment('web'), spec: { ...(aDeployment('web') as { spec: object }).spec, ...spec } }),
      );
    isRefused(t, await deployment({ replicas: 'two' }), {
      status: 400,
      reason: 'BadRequest',
      message:
        /^Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
    });
    isRefused(t, await deployment({ selector: 'app=web' }), {
      status: 400,
      reason: 'BadRequest',
      message: /cannot unmarshal string into Go struct field \S*selector/,
    });
    isRefused(t, await deployment({ replicas: 1e30 }), {
      status: 400,
      reason: 'BadRequest',
      message: /cannot unmarshal number/,
    });
    isRefused(t, await api(place)('POST', maps(place), '{"metadata":{"name":"x"},"data":{"a":1}}'), {
      status: 400,
      reason: 'BadRequest',
      message: /cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
    });
    isRefused(t, await api(place)('POST', maps(place), '{"metadata":{"name":"x"},"data":["a"]}'), {
      status: 400,
      reason: 'BadRequest',
      message: /cannot unmarshal array/,
    });
    isRefused(
      t,
      await api(place)(
        'POST',
        pods(place),
        JSON.stringify(aPod('p', { container: { resources: { limits: { cpu: 'lots' } } } })),
      ),
      { status: 400, reason: 'BadRequest', message: /quantities must match the regular expression/ },
    );
  });
});

check('illegal values are unprocessable, every cause with its field', async (t, place) => {
  await storesNothing(t, place, async () => {
    const post = (path: string, object: object) => api(place)('POST', path, JSON.stringify(object));
    isRefused(t, await post(maps(place), aConfigMap('Not_Legal')), {
      status: 422,
      reason: 'Invalid',
      message:
        /^ConfigMap "Not_Legal" is invalid: metadata\.name: Invalid value: "Not_Legal": a lowercase RFC 1123 subdomain must consist of/,
      causes: ['metadata.name FieldValueInvalid'],
    });
    isRefused(t, await post(maps(place), aConfigMap('x'.repeat(254))), {
      status: 422,
      reason: 'Invalid',
      message: /must be no more than 253/,
    });
    isRefused(t, await post(maps(place), aConfigMap('x', { 'no/slash': '' })), {
      status: 422,
      reason: 'Invalid',
      message: /data\[no\/slash\]: Invalid value/,
      causes: ['data[no/slash] FieldValueInvalid'],
    });
    isRefused(t, await post(maps(place), { ...aConfigMap('x'), metadata: {} }), {
      status: 422,
      reason: 'Invalid',
      message: /metadata\.name: Required value: name or generateName is required/,
    });
    const bad = {
      spec: { containers: [{ name: 'C!', image: '', ports: [{ containerPort: 70_000 }] }], restartPolicy: 'Sometimes' },
    };
    isRefused(t, await post(pods(place), { ...aPod('p'), ...bad }), {
      status: 422,
      reason: 'Invalid',
      message: /^Pod "p" is invalid: \[/,
      causes: [
        'spec.containers[0].name FieldValueInvalid',
        'spec.containers[0].image FieldValueRequired',
        'spec.containers[0].ports[0].containerPort FieldValueInvalid',
        'spec.restartPolicy FieldValueNotSupported',
      ],
    });
    const mismatched = {
      ...(aDeployment('web') as { spec: object }).spec,
      selector: { matchLabels: { app: 'other' } },
    };
    isRefused(t, await post(deployments(place), { ...aDeployment('web'), spec: mismatched }), {
      status: 422,
      reason: 'Invalid',
      message: /`selector` does not match template `labels`/,
      causes: ['spec.template.metadata.labels FieldValueInvalid'],
    });
  });
});

check('immutable fields stay what they were', async (t, place) => {
  const { k } = place;
  await k.apply(aPod('p'), aDeployment('web'), { ...aConfigMap('fixed'), immutable: true });
  t.regex(
    await k.fails(['patch', 'pod', 'p', '-p', '{"spec":{"nodeName":"elsewhere","restartPolicy":"Never"}}']),
    /spec: Forbidden: pod updates may not change fields other than/,
  );
  t.regex(
    await k.fails([
      'patch',
      'deploy',
      'web',
      '--type=merge',
      '-p',
      '{"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}}}}}',
    ]),
    /spec\.selector: Invalid value: .*: field is immutable/,
  );
  t.regex(
    await k.fails(['patch', 'cm', 'fixed', '-p', '{"data":{"color":"blue"}}']),
    /data: Forbidden: field is immutable when `immutable` is set/,
  );
  t.is((await k.get('cm fixed')).data.color, 'red');
});

check(
  'unknown kinds, versions and paths are not found; a body of another kind, name or namespace is refused',
  async (t, place) => {
    await storesNothing(t, place, async () => {
      const send = api(place);
      for (const path of [
        `/apis/nowhere.io/v1/namespaces/${place.namespace}/things`,
        `/api/v1/namespaces/${place.namespace}/spaceships`,
        '/apis/apps/v7/deployments',
      ])
        t.is((await send('GET', path)).status, 404, path);
      const post = (object: object) => send('POST', maps(place), JSON.stringify(object));
      isRefused(t, await post({ ...aPod('p') }), {
        status: 400,
        reason: 'BadRequest',
        message: /Pod in version "v1" cannot be handled as a ConfigMap/,
      });
      isRefused(t, await post({ ...aConfigMap('x'), apiVersion: 'v9' }), {
        status: 400,
        reason: 'BadRequest',
        message:
          /no kind "ConfigMap" is registered for version "v9"|in version "v9" cannot be handled as a ConfigMap|does not match the expected API version/,
      });
      isRefused(t, await post({ ...aConfigMap('x'), metadata: { name: 'x', namespace: 'default' } }), {
        status: 400,
        reason: 'BadRequest',
        message: /the namespace of the provided object does not match the namespace sent on the request/,
      });
      const put = (object: object) => send('PUT', `${maps(place)}/kube-root-ca.crt`, JSON.stringify(object));
      isRefused(t, await put(aConfigMap('other')), {
        status: 400,
        reason: 'BadRequest',
        message: /the name of the object \(other\) does not match the name on the URL \(kube-root-ca\.crt\)/,
      });
      isRefused(t, await send('POST', '/api/v1/namespaces/no-such/configmaps', JSON.stringify(aConfigMap('x'))), {
        status: 404,
        reason: 'NotFound',
        message: /^namespaces "no-such" not found$/,
      });
      isRefused(t, await send('POST', `${maps(place)}/x`, '{}'), {
        status: 405,
        reason: 'MethodNotAllowed',
        message: /the server does not allow this method on the requested resource/,
      });
      isRefused(t, await send('GET', `${maps(place)}?limit=many`), {
        status: 400,
        reason: 'BadRequest',
        message: /\S/,
      });
      isRefused(t, await send('GET', `${maps(place)}?labelSelector=a%3D%3D%3Db`), {
        status: 400,
        reason: 'BadRequest',
        message: /unable to parse requirement|found '=='?/,
      });
      isRefused(t, await send('GET', `${maps(place)}?continue=rubbish`), {
        status: 400,
        reason: 'BadRequest',
        message: /continue key is not valid/,
      });
    });
  },
);

check('a body over 3 MiB is too large, whatever its length said, and the connection goes on', async (t, place) => {
  await storesNothing(t, place, async () => {
    const body = JSON.stringify(aConfigMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }));
    const send = api(place);
    const message = /limit is 3145728/;
    isRefused(t, await send('POST', maps(place), body), { status: 413, reason: 'RequestEntityTooLarge', message });
    isRefused(t, await send('POST', maps(place), body, { headers: { 'transfer-encoding': 'chunked' } }), {
      status: 413,
      reason: 'RequestEntityTooLarge',
      message,
    });
    t.regex(
      await place.k.fails('create -f - --validate=false', { input: body }),
      /Request entity too large: limit is 3145728/,
    );
    const halfMeg = JSON.stringify(aConfigMap('large', { a: 'x'.repeat(1_100_000) }));
    isRefused(t, await send('POST', maps(place), halfMeg), {
      status: 422,
      reason: 'Invalid',
      message: /Too long: may not be more than 1048576 bytes/,
    });
  });
});

check('a resourceVersion or uid that has passed is a conflict, and a precondition is one as well', async (t, place) => {
  const { k } = place;
  await k.apply(aConfigMap('one'));
  const old = await k.get('cm one');
  await k.ok('label cm one newer=yes');
  await storesNothing(t, place, async () => {
    const send = api(place);
    const url = `${maps(place)}/one`;
    const modified =
      /^Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again$/;
    isRefused(t, await send('PUT', url, JSON.stringify({ ...old, data: {} })), {
      status: 409,
      reason: 'Conflict',
      message: modified,
    });
    const merge = { type: 'application/merge-patch+json' };
    const patch = { metadata: { resourceVersion: old.metadata.resourceVersion, labels: { x: 'y' } } };
    isRefused(t, await send('PATCH', url, JSON.stringify(patch), merge), {
      status: 409,
      reason: 'Conflict',
      message: modified,
    });
    const other = { ...old, metadata: { name: 'one', uid: '00000000-0000-0000-0000-000000000000' } };
    isRefused(t, await send('PUT', url, JSON.stringify(other)), {
      status: 409,
      reason: 'Conflict',
      message: /Precondition failed: UID in precondition: 00000000-.*, UID in object meta: /,
    });
    isRefused(
      t,
      await send('DELETE', url, JSON.stringify({ preconditions: { resourceVersion: old.metadata.resourceVersion } })),
      {
        status: 409,
        reason: 'Conflict',
        message:
          /the ResourceVersion in the precondition \(\d+\) does not match the ResourceVersion in record \(\d+\)\. The object might have been modified$/,
      },
    );
    isRefused(t, await send('POST', maps(place), JSON.stringify(aConfigMap('one'))), {
      status: 409,
      reason: 'AlreadyExists',
      message: /^configmaps "one" already exists$/,
    });
    isRefused(t, await send('PUT', `${maps(place)}/none`, JSON.stringify(aConfigMap('none'))), {
      status: 404,
      reason: 'NotFound',
      message: /^configmaps "none" not found$/,
    });
  });
});

check('a patch that does not apply, or leads to something illegal, changes nothing', async (t, place) => {
  await place.k.apply(aConfigMap('one'), aDeployment('web'));
  await place.k.ok('rollout status deploy/web --timeout=30s');
  await storesNothing(t, place, async () => {
    const send = api(place);
    const json = (body: unknown) =>
      send('PATCH', `${maps(place)}/one`, JSON.stringify(body), { type: 'application/json-patch+json' });
    isRefused(t, await json([{ op: 'test', path: '/data/color', value: 'green' }]), {
      status: 422,
      reason: 'Invalid',
      message: /test|rejected our request/i,
    });
    isRefused(t, await json([{ op: 'remove', path: '/data/none' }]), {
      status: 422,
      reason: 'Invalid',
      message: /none|rejected our request/,
    });
    isRefused(t, await json([{ op: 'fly', path: '/data' }]), { status: 422, reason: 'Invalid', message: /\S/ });
    isRefused(t, await json({ data: {} }), { status: 400, reason: 'BadRequest', message: /\S/ });
    isRefused(t, await json([{ op: 'replace', path: '/metadata/name', value: 'two' }]), {
      status: 400,
      reason: 'BadRequest',
      message: /does not match/,
    });
    const merge = (body: string) => send('PATCH', `${maps(place)}/one`, body, { type: 'application/merge-patch+json' });
    isRefused(t, await merge('{"data":{"a":'), { status: 400, reason: 'BadRequest', message: /\S/ });
    isRefused(t, await merge('{"data":{"not/legal":"x"}}'), {
      status: 422,
      reason: 'Invalid',
      message: /data\[not\/legal\]: Invalid value/,
    });
    isRefused(t, await merge('{"data":7}'), {
      status: 422,
      reason: 'Invalid',
      message: /patch: Invalid value: .*cannot unmarshal number/,
      causes: ['patch FieldValueInvalid'],
    });
    isRefused(t, await send('PATCH', `${maps(place)}/one`, '{}', { type: 'application/json' }), {
      status: 415,
      reason: 'UnsupportedMediaType',
      message: /application\/strategic-merge-patch\+json/,
    });
    const strategic = await send(
      'PATCH',
      `${deployments(place)}/web`,
      '{"spec":{"template":{"spec":{"containers":[{"image":"nameless"}]}}}}',
      { type: 'application/strategic-merge-patch+json' },
    );
    // Kubernetes' own answer, which is a server error.
    t.deepEqual([strategic.status, strategic.body.kind], [500, 'Status']);
    t.regex(strategic.body.message, /does not contain declared merge key: name/);
    isRefused(t, await send('PATCH', `${maps(place)}/none`, '{}', { type: 'application/merge-patch+json' }), {
      status: 404,
      reason: 'NotFound',
      message: /not found/,
    });
  });
});

check('who brings no certificate is nobody: 401, except for health and version', async (t, place) => {
  const send = (path: string) => api(place)('GET', path, undefined, { anonymous: true });
  isRefused(t, await send('/api/v1/pods'), { status: 401, reason: 'Unauthorized', message: /^Unauthorized$/ });
  for (const path of ['/livez', '/readyz', '/healthz', '/version']) t.is((await send(path)).status, 200, path);
});
