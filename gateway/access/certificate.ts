/** Makes X.509 certificates: EC P-256, signed with SHA-256. Keys and signatures are node:crypto's; only the envelope is written here. */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import {
  bitString,
  boolean,
  element,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from './der.js';

export interface CertificateAndKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly use: 'ca' | 'server' | 'client';
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const EXTENDED_USES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

function nameOf({ commonName, organizations = [] }: Pick<CertificateRequest, 'commonName' | 'organizations'>): Buffer {
  const part = (type: string, value: string) => setOf(sequence(oid(type), utf8String(value)));
  return sequence(...organizations.map((text) => part('2.5.4.10', text)), part('2.5.4.3', commonName));
}

/** Four or sixteen bytes. */
function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').flatMap(groupBytes));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  return Buffer.from([...front, ...Array.from({ length: 16 - front.length - back.length }, () => 0), ...back]);
}

/** A group of an IPv6 address; the last may be an IPv4 address. */
function groupBytes(group: string): number[] {
  if (group.includes('.')) return group.split('.').map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function extensionsOf(request: CertificateRequest, publicKey: KeyObject, issuerKey: KeyObject): Buffer[] {
  const isCa = request.use === 'ca';
  const list = [
    extension('2.5.29.15', true, isCa ? bitString(Buffer.from([0x06]), 1) : bitString(Buffer.from([0x80]), 7)),
    extension('2.5.29.19', true, isCa ? sequence(boolean(true)) : sequence()),
    extension('2.5.29.14', false, octetString(keyIdOf(publicKey))),
    extension('2.5.29.35', false, sequence(tagged(0, false, keyIdOf(issuerKey)))),
  ];
  if (request.use !== 'ca') list.push(extension('2.5.29.37', false, sequence(oid(EXTENDED_USES[request.use]))));
  const names = [
    ...(request.dnsNames ?? []).map((name) => tagged(2, false, Buffer.from(name))),
    ...(request.addresses ?? []).map((address) => tagged(7, false, addressBytes(address))),
  ];
  if (names.length > 0) list.push(extension('2.5.29.17', false, sequence(...names)));
  return list;
}

const pem = (label: string, der: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/** A certificate with a new key; self-signed without an issuer. */
export function makeCertificate(request: CertificateRequest, issuer?: CertificateAndKey): CertificateAndKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = issuer ? createPrivateKey(issuer.keyPem) : privateKey;
  const issuerCertificate = issuer && new X509Certificate(issuer.certificatePem);
  const body = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(positive(request.serial)),
    ECDSA_SHA256,
    issuerCertificate ? nameOf(subjectOf(issuerCertificate)) : nameOf(request),
    sequence(time(request.notBeforeMs), time(request.notAfterMs)),
    nameOf(request),
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensionsOf(request, publicKey, issuerCertificate?.publicKey ?? publicKey))),
  );
  const certificate = sequence(body, ECDSA_SHA256, bitString(sign('sha256', body, signingKey)));
  return {
    certificatePem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** Serial numbers are positive and not zero. */
function positive(serial: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(serial);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** Common name and organizations of a certificate. */
export function subjectOf(certificate: X509Certificate): { commonName: string; organizations: string[] } {
  const lines = (certificate.subject ?? '').split('\n');
  const values = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  return { commonName: values('CN')[0] ?? '', organizations: values('O') };
}
