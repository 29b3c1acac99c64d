import test from 'ava';
import { NamespaceController } from '../../../../actors/controllers/namespace-controller.js';
import {
  defaultServiceAccounts,
  NamespaceDefaultsController,
  rootCaConfigMaps,
} from '../../../../actors/controllers/namespace-defaults-controller.js';
import { kinds } from '../../../../schemas/kinds/registry.js';
import { Stage } from './fakes.js';

const aNamespace = (name: string, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...metadata },
  spec: { finalizers: ['kubernetes'] },
});
const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const inTeam = (kind: string, name: string, more: any = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'team', ...more },
  spec: {},
});

test('a namespace that goes shuts a door before it looks behind it: pods first, and the finalizer last', async (t) => {
  const stage = new Stage();
  const closed: string[] = [];
  const controller = new NamespaceController({ close: async (type) => void closed.push(type) }, kinds);
  await stage.start(controller);
  stage.store.put('pods', { ...inTeam('Pod', 'p'), spec: { nodeName: 'n1' } });
  stage.store.put('configmaps', inTeam('ConfigMap', 'c', { finalizers: ['a.io/b'] }));
  stage.store.put('secrets', { ...inTeam('Secret', 's'), metadata: { name: 's', namespace: 'other' } });
  stage.store.put('namespaces', aNamespace('team', going));
  await stage.run(controller);
  const conditions = () =>
    Object.fromEntries(
      stage.get('namespaces', undefined, 'team').status.conditions.map(({ type, message }: any) => [type, message]),
    );
  // The pod is bound: it takes its time, and nothing else has been touched.
  t.deepEqual(closed, ['pods']);
  t.is(conditions().NamespaceContentRemaining, 'Some resources are remaining: pods. has 1 resource instances');
  t.true(stage.client.calls.includes('delete pods team/p'));
  t.false(stage.client.calls.some((call) => call.startsWith('delete configmaps')));

  stage.store.remove('pods', 'team/p');
  await stage.run(controller);
  t.true(closed.includes('configmaps') && closed.includes('deployments.apps') && !closed.includes('nodes'));
  t.is(
    conditions().NamespaceFinalizersRemaining,
    'Some content in the namespace has finalizers remaining: a.io/b in 1 resource instances',
  );
  t.is(
    conditions().NamespaceDeletionContentFailure,
    'All content successfully deleted, may be waiting on finalization',
  );

  stage.store.remove('configmaps', 'team/c');
  stage.queue.add('team');
  await stage.run(controller);
  t.deepEqual(stage.get('namespaces', undefined, 'team').spec.finalizers, []);
  t.is(stage.client.calls.at(-1), 'replace/finalize namespaces team');
  t.is(stage.list('secrets').length, 1);
});

test('each namespace gets its ServiceAccount and its CA, again when they are deleted or changed', async (t) => {
  const stage = new Stage();
  const controllers = [
    new NamespaceDefaultsController(defaultServiceAccounts),
    new NamespaceDefaultsController(rootCaConfigMaps('PEM')),
  ];
  stage.store.put('namespaces', aNamespace('team'));
  stage.store.put('namespaces', aNamespace('gone', going));
  for (const controller of controllers) {
    await stage.start(controller);
    await stage.run(controller);
  }
  t.deepEqual(
    stage.list('serviceaccounts').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['team/default'],
  );
  const ca = () => stage.get('configmaps', 'team', 'kube-root-ca.crt');
  t.deepEqual(ca().data, { 'ca.crt': 'PEM' });
  stage.store.put('configmaps', { ...ca(), data: { 'ca.crt': 'forged' } });
  await stage.run(controllers[1]!);
  t.deepEqual(ca().data, { 'ca.crt': 'PEM' });
  stage.store.remove('configmaps', 'team/kube-root-ca.crt');
  await stage.run(controllers[1]!);
  t.deepEqual(ca().data, { 'ca.crt': 'PEM' });
});
