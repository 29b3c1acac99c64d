/** Certificates for bare servers, of the same kind as Troupe's: handshake and cipher cost both the same. */
import { randomBytes } from 'node:crypto';
import { makeCertificate } from '../../gateway/access/certificate.js';

export interface TlsParts {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** One authority; its server, and a client that it knows. */
export function makeCertificates(): { server: TlsParts; client: TlsParts } {
  const now = Date.now();
  const times = { notBeforeMs: now - DAY_MS, notAfterMs: now + DAY_MS };
  const ca = makeCertificate({ commonName: 'bench', use: 'ca', serial: randomBytes(16), ...times });
  const issued = (use: 'server' | 'client'): TlsParts => {
    const request = {
      commonName: use,
      organizations: ['bench'],
      use,
      serial: randomBytes(16),
      dnsNames: ['localhost'],
      ...times,
    };
    const { certificatePem, keyPem } = makeCertificate(request, ca);
    return { ca: ca.certificatePem, cert: certificatePem, key: keyPem };
  };
  return { server: issued('server'), client: issued('client') };
}
