/** Whom a TLS connection belongs to: the subject of the client's certificate, if our CA has signed it. */
import type { TLSSocket } from 'node:tls';
import type { User } from '../access/user.js';

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** Common name = user, organizations = groups. Undefined without a good certificate. */
export function identityOf(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const [name] = listOf(subject?.CN);
  return name ? { name, groups: listOf(subject.O) } : undefined;
}
