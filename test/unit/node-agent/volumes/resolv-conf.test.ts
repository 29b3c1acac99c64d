import test from 'ava';
import { isOnlyLoopback, parseResolvConf, reachable } from '../../../../node-agent/volumes/resolv-conf.js';

test('resolv.conf is read as resolvers do: comments dropped, the last search line counts', (t) => {
  const text =
    '# by hand\nnameserver 10.0.0.2 ; first\nnameserver 127.0.0.1\nsearch a.example\nsearch b.example. .\noptions ndots:2 edns0\n';
  const settings = parseResolvConf(text);
  t.deepEqual(settings, { servers: ['10.0.0.2', '127.0.0.1'], searches: ['b.example'], options: ['ndots:2', 'edns0'] });
  t.deepEqual(reachable(settings).servers, ['10.0.0.2']);
  t.false(isOnlyLoopback(settings));
});

test('the stub of systemd-resolved is no server for pods', (t) => {
  t.true(isOnlyLoopback(parseResolvConf('nameserver 127.0.0.53\n')));
  t.deepEqual(reachable(parseResolvConf('nameserver 127.0.0.53\n')).servers, []);
});
