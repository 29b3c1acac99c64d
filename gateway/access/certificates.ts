/** The cluster's CA and the certificates that it signs: kept in the store's records, made at the first start, renewed when they no longer fit. */
import { X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import type { Clock } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import type { SnapshotStore } from '../../runtime/snapshots/snapshot-store.js';
import { type CertificateAndKey, type CertificateRequest, makeCertificate } from './certificate.js';

/** The records of a SnapshotStore. */
export type RecordStore = Pick<SnapshotStore, 'getRecord' | 'putRecord'>;

export interface ClusterCertificates {
  readonly ca: CertificateAndKey;
  readonly server: CertificateAndKey;
  readonly admin: CertificateAndKey;
}

export interface ServerNames {
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
/** A certificate with less than this left is made anew. */
const RENEW_DAYS = 30;

/** Everything that a client may call this machine's server. `listen` is the address that it listens on; `serviceAddress` the first of the service range. */
export function serverNames(listen: string, serviceAddress: string | undefined): ServerNames {
  const cluster = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = interfaces.filter(({ address }) => !address.startsWith('fe80:')).map(({ address }) => address);
  const isAddress = /^[\d.]+$/.test(listen) || listen.includes(':');
  const addresses = [
    '127.0.0.1',
    '::1',
    ...own,
    ...(serviceAddress ? [serviceAddress] : []),
    ...(isAddress && !isWildcard(listen) ? [listen] : []),
  ];
  const name = hostname();
  const dnsNames = ['localhost', ...(/^[\w.-]+$/.test(name) ? [name] : []), ...cluster, ...(isAddress ? [] : [listen])];
  return { dnsNames: [...new Set(dnsNames)], addresses: [...new Set(addresses)] };
}

const isWildcard = (address: string) => address === '0.0.0.0' || address === '::';

/** One per process: `ensure` first, then `issue` as often as you like. */
export class Certificates {
  #ca: CertificateAndKey | undefined;

  constructor(
    private readonly records: RecordStore,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** The kept certificates, or new ones where there are none, they expire soon, or names are missing from the server's. */
  async ensure(names: ServerNames): Promise<ClusterCertificates> {
    const ca = await this.#kept('ca', () => this.#make({ commonName: 'troupe-ca', use: 'ca' }, CA_DAYS));
    this.#ca = ca;
    const fits = (certificate: X509Certificate) => isBy(certificate, ca) && covers(certificate, names);
    const server = await this.#kept(
      'server',
      () => this.issue({ commonName: 'troupe-apiserver', use: 'server', ...names }),
      fits,
    );
    const admin = await this.#kept(
      'admin',
      () => this.issueClient('kubernetes-admin', ['system:masters']),
      (certificate) => isBy(certificate, ca),
    );
    return { ca, server, admin };
  }

  /** A certificate of the cluster's CA, after `ensure`. */
  issue(
    request: Pick<CertificateRequest, 'commonName' | 'organizations' | 'dnsNames' | 'addresses' | 'use'>,
  ): CertificateAndKey {
    if (!this.#ca) throw new Error('the CA is not there yet: call ensure first');
    return this.#make(request, LEAF_DAYS, this.#ca);
  }

  /** For a user (common name) in groups (organizations). */
  issueClient(user: string, groups: readonly string[]): CertificateAndKey {
    return this.issue({ commonName: user, organizations: groups, use: 'client' });
  }

  #make(
    request: Pick<CertificateRequest, 'commonName' | 'organizations' | 'dnsNames' | 'addresses' | 'use'>,
    days: number,
    issuer?: CertificateAndKey,
  ): CertificateAndKey {
    const now = this.clock.now();
    // An hour ago: clocks of clients may be behind ours.
    const dates = { notBeforeMs: now - HOUR_MS, notAfterMs: now + days * DAY_MS };
    return makeCertificate({ ...request, ...dates, serial: this.random.bytes(16) }, issuer);
  }

  async #kept(
    name: string,
    make: () => CertificateAndKey,
    fits: (certificate: X509Certificate) => boolean = () => true,
  ): Promise<CertificateAndKey> {
    const record = `certificates/${name}`;
    const bytes = await this.records.getRecord(record);
    if (bytes) {
      const kept = JSON.parse(Buffer.from(bytes).toString()) as CertificateAndKey;
      const certificate = new X509Certificate(kept.certificatePem);
      if (!this.#endsSoon(certificate) && fits(certificate)) return kept;
    }
    const made = make();
    await this.records.putRecord(record, Buffer.from(JSON.stringify(made)));
    return made;
  }

  #endsSoon(certificate: X509Certificate): boolean {
    return Date.parse(certificate.validTo) - this.clock.now() < RENEW_DAYS * DAY_MS;
  }
}

function isBy(certificate: X509Certificate, ca: CertificateAndKey): boolean {
  return certificate.verify(new X509Certificate(ca.certificatePem).publicKey);
}

function covers(certificate: X509Certificate, { dnsNames, addresses }: ServerNames): boolean {
  return (
    dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}
