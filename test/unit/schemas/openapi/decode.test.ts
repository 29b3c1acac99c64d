import test from 'ava';
import fc from 'fast-check';
import { BadRequestError } from '../../../../schemas/errors.js';
import type { FieldValidation } from '../../../../schemas/messages/resource.js';
import { decodeObject, decodeYaml } from '../../../../schemas/openapi/decode.js';
import { parseJson } from '../../../../schemas/openapi/parse-json.js';
import { JsonSyntaxError, parseSlowly } from '../../../../schemas/openapi/slow-json.js';

const deployment = 'io.k8s.api.apps.v1.Deployment';
const configMap = 'io.k8s.api.core.v1.ConfigMap';
const decode = (text: string, schema = configMap, mode: FieldValidation = 'Strict') =>
  decodeObject(Buffer.from(text), schema, mode);
const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof BadRequestError) return error.message;
    throw error;
  }
  return 'accepted';
};

const head = '"apiVersion":"apps/v1","kind":"Deployment"';

test('Strict refuses unknown and duplicate fields in one message, as Kubernetes words it', (t) => {
  const body = `{${head},"spec":{"foo":{"a":1,"a":2},"replicas":1,"replicas":2}}`;
  t.is(
    refusal(() => decode(body, deployment)),
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo", duplicate field "spec.replicas"',
  );
});

test('Warn tells the same as warnings, Ignore tells nothing, and both keep the last of two values', (t) => {
  const body = `{${head},"spec":{"foo":1,"replicas":1,"replicas":2}}`;
  const warned = decode(body, deployment, 'Warn');
  t.deepEqual(warned.warnings, ['unknown field "spec.foo"', 'duplicate field "spec.replicas"']);
  t.deepEqual(warned.object.spec, { replicas: 2 });
  t.deepEqual(decode(body, deployment, 'Ignore'), { object: warned.object, warnings: [] });
});

test('a wrong type is refused whatever the mode', (t) => {
  t.is(
    refusal(() => decode(`{${head},"spec":{"replicas":"3"}}`, deployment, 'Ignore')),
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  );
});

test('malformed JSON is answered with the scanner’s words and the beginning of the body', (t) => {
  const prefix =
    "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error:";
  t.is(
    refusal(() => decode('{"a": x}')),
    `${prefix} invalid character 'x' looking for beginning of value ({"a": x})`,
  );
  t.is(
    refusal(() => decode('')),
    `${prefix} unexpected end of JSON input (<empty>)`,
  );
  t.is(
    refusal(() => decode('{"a" 1}')),
    `${prefix} invalid character '1' after object key ({"a" 1})`,
  );
  t.is(
    refusal(() => decode('{"a":1}}')),
    `${prefix} invalid character '}' after top-level value ({"a":1}})`,
  );
  t.is(
    refusal(() => decode('nul')),
    `${prefix} unexpected end of JSON input (6e756c)`,
  );
  t.regex(
    refusal(() => decode('['.repeat(1_000_000))),
    /exceeded max depth/,
  );
});

test('apiVersion and kind are filled in where missing and refused where different', (t) => {
  t.deepEqual(decode('{"metadata":{"name":"a"}}').object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'a' },
  });
  t.is(
    refusal(() => decode('{"apiVersion":"v1"}', deployment)),
    'the API version in the data (v1) does not match the expected API version (apps/v1)',
  );
  t.is(
    refusal(() => decode('{"kind":"Pod","apiVersion":"v1"}')),
    'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
  );
  t.regex(
    refusal(() => decode('{"kind":"configmap","apiVersion":"v1"}')),
    /^configmap in version "v1" cannot be handled as a ConfigMap: no kind "configmap" is registered for version "v1" in scheme/,
  );
});

test('an integer that a double would round keeps its digits', (t) => {
  const { object } = decode('{"spec":{"activeDeadlineSeconds":9223372036854775807}}', 'io.k8s.api.core.v1.Pod');
  t.regex(JSON.stringify(object), /:9223372036854775807}/);
  t.regex(
    refusal(() => decode('{"spec":{"activeDeadlineSeconds":9223372036854775808}}', 'io.k8s.api.core.v1.Pod')),
    /cannot unmarshal number 9223372036854775808 into Go struct field PodSpec\.spec\.activeDeadlineSeconds of type int64/,
  );
});

test('YAML bodies have YAML 1.1 scalars, but times of day and dates stay text', (t) => {
  const yaml = (text: string, mode: FieldValidation = 'Strict') => decodeYaml(Buffer.from(text), configMap, mode);
  t.deepEqual(yaml('data: {a: "y", b: 22:22, c: 2024-01-01}\nimmutable: y\n').object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    data: { a: 'y', b: '22:22', c: '2024-01-01' },
    immutable: true,
  });
  t.regex(
    refusal(() => yaml('data:\n  a: y\n')),
    /cannot unmarshal bool into Go struct field ConfigMap.data of type string/,
  );
  t.regex(
    refusal(() => yaml('data:\n  a: b\n  a: c\n')),
    /strict decoding error: yaml: unmarshal errors:\n {2}line 3: key "a" already set in map/,
  );
  t.regex(
    refusal(() => yaml('a: [b')),
    /error converting YAML to JSON: yaml: line 1: /,
  );
});

test('the slow parser reads every JSON text as JSON.parse does', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      t.deepEqual(parseSlowly(text), { value: JSON.parse(text), duplicates: [] });
      t.deepEqual(JSON.stringify(parseJson(Buffer.from(text)).value), JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('a text that JSON.parse refuses is refused by the slow parser too', (t) => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.nat(),
      fc.constantFrom('', '"', '{', ']', ',', '\\', 'e', '-', '\n'),
      (value, at, put) => {
        const text = JSON.stringify(value);
        const broken = text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1);
        let good = true;
        try {
          JSON.parse(broken);
        } catch {
          good = false;
        }
        if (good) t.notThrows(() => parseSlowly(broken));
        else t.throws(() => parseSlowly(broken), { instanceOf: JsonSyntaxError });
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});
