import test from 'ava';
import { service } from '../../../../schemas/kinds/service.js';

const metadata = { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' };
const made = (spec: object) => {
  const object = { metadata, spec } as any;
  service.prepareForCreate?.(object, { nowMs: 0, uuid: () => '' });
  service.applyDefaults(object);
  return object;
};
const problems = (spec: object) => service.validate(made(spec)).map(({ field, message }) => `${field}: ${message}`);

test('a Service gets the defaults of Kubernetes but no address', (t) => {
  t.deepEqual(made({ ports: [{ port: 80 }] }).spec, {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  });
  t.is(made({ type: 'NodePort', ports: [{ port: 80 }] }).spec.externalTrafficPolicy, 'Cluster');
});

test('defaults written twice change nothing the second time', (t) => {
  const once = made({ type: 'LoadBalancer', clusterIP: '10.0.0.1', ports: [{ port: 80, targetPort: 'http' }] });
  const frozen = JSON.stringify(once);
  service.applyDefaults(once);
  t.is(JSON.stringify(once), frozen);
});

test('good Services of each type have no errors', (t) => {
  t.deepEqual(problems({ clusterIP: 'None' }), []);
  t.deepEqual(problems({ type: 'ExternalName', externalName: 'example.com.' }), []);
  t.deepEqual(problems({ clusterIP: '10.96.0.10', selector: { app: 'web' }, ports: [{ port: 80 }] }), []);
});

test('bad Services are told field by field', (t) => {
  t.deepEqual(problems({}), ['spec.ports: Required value']);
  t.deepEqual(problems({ ports: [{ port: 80 }, { port: 81, name: 'b', protocol: 'ICMP' }] }), [
    'spec.ports[0].name: Required value',
    'spec.ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
  ]);
  t.deepEqual(problems({ ports: [{ port: 0, targetPort: 70_000 }] }), [
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ]);
  t.deepEqual(problems({ ports: [{ port: 80, nodePort: 30_000 }] }), [
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ]);
  t.deepEqual(problems({ type: 'Cloud', ports: [{ port: 80 }] }), [
    'spec.type: Unsupported value: "Cloud": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ]);
  t.deepEqual(problems({ clusterIP: '10.0.0.999', ports: [{ port: 80 }] }), [
    'spec.clusterIPs[0]: Invalid value: "10.0.0.999": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ]);
});

test('an update keeps what was given to the Service and drops what its new type has not', (t) => {
  const ports = [{ port: 80, nodePort: 30_080 }];
  const previous = made({ type: 'NodePort', clusterIP: '10.0.0.1', ports });
  const replaced = { metadata, spec: { type: 'NodePort', ports: [{ port: 80 }] } } as any;
  service.prepareForUpdate?.(replaced, previous);
  service.applyDefaults(replaced);
  t.is(replaced.spec.clusterIP, '10.0.0.1');
  t.is(replaced.spec.ports[0].nodePort, 30_080);
  const inside = { metadata, spec: { ...previous.spec, type: 'ClusterIP' } } as any;
  service.prepareForUpdate?.(inside, previous);
  t.deepEqual(service.validate(inside), []);
  t.is(previous.spec.ports[0].nodePort, 30_080);
});

test('an address may not change once set', (t) => {
  const previous = made({ clusterIP: '10.0.0.1', ports: [{ port: 80 }] });
  const next = made({ clusterIP: '10.0.0.2', ports: [{ port: 80 }] });
  t.is(service.validateUpdate?.(next, previous)[0]?.field, 'spec.clusterIPs[0]');
});

test('the columns read as those of kubectl get services -o wide', (t) => {
  const nowMs = Date.parse('2026-01-01T00:05:00Z');
  const object = made({
    clusterIP: '10.0.0.1',
    type: 'NodePort',
    selector: { b: '1', a: '2' },
    ports: [{ port: 80, nodePort: 30_080 }],
  });
  t.deepEqual(service.cells(object, nowMs), ['web', 'NodePort', '10.0.0.1', '<none>', '80:30080/TCP', '5m', 'a=2,b=1']);
  const balanced = made({ type: 'LoadBalancer', ports: [{ port: 80 }] });
  t.deepEqual(service.cells(balanced, nowMs).slice(2, 5), ['<none>', '<pending>', '80/TCP']);
});
