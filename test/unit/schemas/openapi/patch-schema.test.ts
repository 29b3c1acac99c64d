import test from 'ava';
import { patchSchemaOf } from '../../../../schemas/openapi/patch-schema.js';

test('containers merge by name, their ports by container port, and lists without a strategy are replaced', (t) => {
  const spec = patchSchemaOf('io.k8s.api.core.v1.Pod')?.fieldOf('spec')?.schema;
  const containers = spec?.fieldOf('containers');
  t.is(containers?.strategy, 'merge');
  t.is(containers?.mergeKey, 'name');
  t.like(containers?.schema?.fieldOf('ports'), { strategy: 'merge', mergeKey: 'containerPort' });
  t.like(containers?.schema?.fieldOf('args'), { strategy: 'replace', mergeKey: undefined });
  t.like(spec?.fieldOf('volumes'), { strategy: 'merge,retainKeys', mergeKey: 'name' });
  t.like(spec?.fieldOf('tolerations'), { strategy: 'replace' });
});

test('maps merge key by key, a set of scalars merges without a key, and a deployment strategy retains keys', (t) => {
  const metadata = patchSchemaOf('io.k8s.api.apps.v1.Deployment')?.fieldOf('metadata')?.schema;
  t.is(metadata?.fieldOf('labels')?.strategy, 'merge');
  t.is(metadata?.fieldOf('labels')?.schema?.fieldOf('any'), undefined);
  t.like(metadata?.fieldOf('finalizers'), { strategy: 'merge', mergeKey: undefined });
  const spec = patchSchemaOf('io.k8s.api.apps.v1.DeploymentSpec');
  t.is(spec?.fieldOf('strategy')?.strategy, 'retainKeys');
  t.is(spec?.fieldOf('replicas')?.strategy, 'replace');
});

test('unknown types and fields have no patch schema', (t) => {
  t.is(patchSchemaOf('io.k8s.api.core.v1.Nothing'), undefined);
  t.is(patchSchemaOf('io.k8s.api.core.v1.Pod')?.fieldOf('toString'), undefined);
});
