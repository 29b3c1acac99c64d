import test from 'ava';
import { apiVariables, environmentOf, type EnvironmentSources } from '../../../../node-agent/agent/environment.js';
import { expand } from '../../../../node-agent/agent/expansion.js';
import type { ConfigMap, Container, Pod, Secret } from '../../../../schemas/meta/object.js';

const pod = { metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: { containers: [] } } as unknown as Pod;
const sources = (more: Partial<EnvironmentSources> = {}): EnvironmentSources => ({
  configMap: async (name) => (name === 'map' ? ({ data: { b: '2', a: '1' } } as unknown as ConfigMap) : undefined),
  secret: async (name) =>
    name === 'secret' ? ({ data: { key: Buffer.from('hush').toString('base64') } } as unknown as Secret) : undefined,
  fieldRef: (path) => `field ${path}`,
  resourceFieldRef: ({ resource }) => `amount ${resource}`,
  apiService: undefined,
  ...more,
});
const environment = async (container: Partial<Container>, more?: Partial<EnvironmentSources>) =>
  Object.fromEntries(await environmentOf(pod, { name: 'c', ...container } as Container, sources(more)));

test('references are replaced where the name is known, and double dollars are one', (t) => {
  const values: Record<string, string> = { A: '1', B: '' };
  const cases = ['$(A)-$(B)-$(C)', '$$(A)', '$(A', 'a$b', '$', '$$$(A)'];
  t.deepEqual(
    cases.map((text) => expand(text, (name) => values[name])),
    ['1--$(C)', '$(A)', '$(A', 'a$b', '$', '$1'],
  );
});

test('variables refer to earlier ones, to bulk sources and to the API service', async (t) => {
  const env = [
    { name: 'ONE', value: 'x$(P_a)' },
    { name: 'TWO', value: '$(ONE)$(THREE)$(KUBERNETES_SERVICE_HOST)' },
    { name: 'THREE', value: '3' },
  ];
  const found = await environment(
    { env, envFrom: [{ prefix: 'P_', configMapRef: { name: 'map' } }] },
    { apiService: { host: '10.0.0.1', port: 443 } },
  );
  t.like(found, { P_a: '1', P_b: '2', ONE: 'x1', TWO: 'x1$(THREE)10.0.0.1', KUBERNETES_SERVICE_PORT: '443' });
});

test('a missing object or key is told in the words of the kubelet, unless it is optional', async (t) => {
  const from = (valueFrom: object) => environment({ env: [{ name: 'X', valueFrom }] });
  await t.throwsAsync(from({ secretKeyRef: { name: 'no', key: 'key' } }), { message: 'secret "no" not found' });
  await t.throwsAsync(from({ secretKeyRef: { name: 'secret', key: 'no' } }), {
    message: "couldn't find key no in Secret default/secret",
  });
  await t.throwsAsync(from({ configMapKeyRef: { name: 'map', key: 'no' } }), {
    message: "couldn't find key no in ConfigMap default/map",
  });
  t.deepEqual(await from({ configMapKeyRef: { name: 'no', key: 'no', optional: true } }), {});
  t.deepEqual(await from({ secretKeyRef: { name: 'secret', key: 'key' } }), { X: 'hush' });
});

test('the API service is told as Docker links were', (t) => {
  t.is(apiVariables({ host: '10.0.0.1', port: 443 }).get('KUBERNETES_PORT_443_TCP'), 'tcp://10.0.0.1:443');
});
