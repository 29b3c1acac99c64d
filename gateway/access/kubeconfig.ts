/** The text of a kubeconfig. */
import type { CertificateAndKey } from './certificate.js';

export interface KubeconfigFacts {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly caPem: string;
  readonly user: CertificateAndKey;
  /** Name of cluster, context and user. */
  readonly name?: string;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** YAML with everything inline, so that the file can be copied elsewhere. */
export function kubeconfig({ server, caPem, user, name = 'troupe' }: KubeconfigFacts): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(caPem)}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}-admin
current-context: ${name}
users:
- name: ${name}-admin
  user:
    client-certificate-data: ${base64(user.certificatePem)}
    client-key-data: ${base64(user.keyPem)}
`;
}
