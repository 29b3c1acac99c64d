/** The content of a pod's /etc/hosts, byte for byte what the kubelet writes. Pure. */
import type { Pod } from '../../schemas/meta/object.js';

/** `hostFile`: the machine's own, for pods on its network. */
export function etcHosts(
  pod: Pod,
  ips: readonly string[],
  hostname: string,
  clusterDomain: string,
  hostFile?: string,
): string {
  const aliases = aliasLines(pod);
  if (hostFile !== undefined) return `# Kubernetes-managed hosts file (host network).\n${hostFile}${aliases}`;
  const names =
    pod.spec.subdomain === undefined || pod.spec.subdomain === ''
      ? hostname
      : `${hostname}.${pod.spec.subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}\t${hostname}`;
  const fixed = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
  ];
  return `${[...fixed, ...ips.map((ip) => `${ip}\t${names}`)].join('\n')}\n${aliases}`;
}

function aliasLines(pod: Pod): string {
  const aliases = pod.spec.hostAliases ?? [];
  if (aliases.length === 0) return '';
  const lines = aliases.map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}
