import test from 'ava';
import { X509Certificate } from 'node:crypto';
import { Certificates, type RecordStore, type ServerNames } from '../../../../gateway/access/certificates.js';
import { subjectOf } from '../../../../gateway/access/certificate.js';
import { ServiceAccountTokens } from '../../../../gateway/access/service-account-tokens.js';
import { SystemRandom } from '../../../../runtime/process/random.js';
import { ManualClock } from '../../../harness/manual-clock.js';

function records(): RecordStore {
  const kept = new Map<string, Uint8Array>();
  return { getRecord: async (name) => kept.get(name), putRecord: async (name, bytes) => void kept.set(name, bytes) };
}

const NAMES: ServerNames = {
  dnsNames: ['localhost', 'kubernetes.default.svc'],
  addresses: ['127.0.0.1', '::1', '2001:db8::a:1'],
};
const DAY_MS = 86_400_000;

test('the server certificate covers all names, is signed by the CA, and began an hour ago', async (t) => {
  const clock = new ManualClock();
  const { ca, server } = await new Certificates(records(), clock, new SystemRandom()).ensure(NAMES);
  const certificate = new X509Certificate(server.certificatePem);
  t.true(certificate.verify(new X509Certificate(ca.certificatePem).publicKey));
  t.true(certificate.checkIssued(new X509Certificate(ca.certificatePem)));
  for (const name of NAMES.dnsNames) t.is(certificate.checkHost(name), name);
  for (const address of NAMES.addresses) t.is(certificate.checkIP(address), address);
  t.is(Date.parse(certificate.validFrom), clock.now() - 3_600_000);
});

test('the admin is a user in system:masters', async (t) => {
  const { admin } = await new Certificates(records(), new ManualClock(), new SystemRandom()).ensure(NAMES);
  const subject = subjectOf(new X509Certificate(admin.certificatePem));
  t.deepEqual(subject, { commonName: 'kubernetes-admin', organizations: ['system:masters'] });
});

test('certificates are kept; only the server’s is made anew when an address is new, all leaves before they expire', async (t) => {
  const clock = new ManualClock();
  const store = records();
  const ensure = (names: ServerNames) => new Certificates(store, clock, new SystemRandom()).ensure(names);
  const first = await ensure(NAMES);
  t.deepEqual(await ensure(NAMES), first);
  const moved = await ensure({ ...NAMES, addresses: [...NAMES.addresses, '10.1.2.3'] });
  t.is(moved.ca.certificatePem, first.ca.certificatePem);
  t.is(moved.admin.certificatePem, first.admin.certificatePem);
  t.not(moved.server.certificatePem, first.server.certificatePem);
  await clock.advance(350 * DAY_MS);
  const late = await ensure(NAMES);
  t.is(late.ca.certificatePem, first.ca.certificatePem);
  t.not(late.admin.certificatePem, first.admin.certificatePem);
});

test('a token is good until it expires, while what it is bound to is there, and only as it was signed', async (t) => {
  const clock = new ManualClock();
  let isThere = true;
  const tokens = await ServiceAccountTokens.open(records(), clock, new SystemRandom(), () => isThere);
  const subject = {
    namespace: 'default',
    serviceAccount: { name: 'web', uid: 'u1' },
    pod: { name: 'p', uid: 'u2' },
    expirationSeconds: 600,
  };
  const { token } = tokens.issue(subject);
  const user = await tokens.verify(token);
  t.is(user?.name, 'system:serviceaccount:default:web');
  t.deepEqual(user?.groups, ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated']);
  const [header, claims, signature] = token.split('.') as [string, string, string];
  const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replace(':web', ':adm')).toString('base64url');
  t.is(await tokens.verify(`${header}.${forged}.${signature}`), undefined);
  t.is(await tokens.verify('nonsense'), undefined);
  isThere = false;
  t.is(await tokens.verify(token), undefined);
  isThere = true;
  await clock.advance(600_000);
  t.is(await tokens.verify(token), undefined);
});
