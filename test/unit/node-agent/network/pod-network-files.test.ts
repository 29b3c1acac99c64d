import test from 'ava';
import { etcHosts } from '../../../../node-agent/network/etc-hosts.js';
import { dnsOf, resolvConf } from '../../../../node-agent/network/resolv-conf.js';
import type { Pod } from '../../../../schemas/meta/object.js';

const aPod = (spec: object) => ({ metadata: { name: 'web', namespace: 'shop', uid: 'u' }, spec }) as unknown as Pod;

test('a pod with a subdomain is known by its full name, and aliases follow', (t) => {
  const pod = aPod({ subdomain: 'db', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] });
  const lines = etcHosts(pod, ['10.0.0.5'], 'web', 'cluster.local').split('\n');
  t.is(lines[0], '# Kubernetes-managed hosts file.');
  t.deepEqual(lines.slice(7), [
    '10.0.0.5\tweb.db.shop.svc.cluster.local\tweb',
    '',
    '# Entries added by HostAliases.',
    '1.2.3.4\ta\tb',
    '',
  ]);
});

test('DNS follows dnsPolicy, and dnsConfig adds to it', (t) => {
  const host = { servers: ['8.8.8.8'], searches: ['lan'], options: [] };
  const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
  t.is(
    resolvConf(dnsOf(aPod({}), host, cluster)),
    'search shop.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n',
  );
  t.is(resolvConf(dnsOf(aPod({ dnsPolicy: 'Default' }), host, cluster)), 'search lan\nnameserver 8.8.8.8\n');
  t.is(resolvConf(dnsOf(aPod({}), host, undefined)), 'search lan\nnameserver 8.8.8.8\n');
  const dnsConfig = { nameservers: ['9.9.9.9'], options: [{ name: 'ndots', value: '2' }] };
  t.is(
    resolvConf(dnsOf(aPod({ dnsPolicy: 'None', dnsConfig }), host, cluster)),
    'nameserver 9.9.9.9\noptions ndots:2\n',
  );
});
