/** A pod's resolver settings by its dnsPolicy and dnsConfig, and the file that says them. Pure. */
import type { Pod } from '../../schemas/meta/object.js';

export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** The cluster's own DNS; undefined where there is none, and pods then use the machine's. */
export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
}

const SERVERS_MAX = 3;
const SEARCHES_MAX = 32;

export function dnsOf(pod: Pod, host: DnsSettings, cluster: ClusterDns | undefined): DnsSettings {
  const config = pod.spec.dnsConfig;
  const base = baseOf(pod, host, cluster);
  return {
    servers: unique([...base.servers, ...(config?.nameservers ?? [])]).slice(0, SERVERS_MAX),
    searches: unique([...base.searches, ...(config?.searches ?? [])]).slice(0, SEARCHES_MAX),
    options: merged(
      base.options,
      (config?.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name)),
    ),
  };
}

function baseOf(pod: Pod, host: DnsSettings, cluster: ClusterDns | undefined): DnsSettings {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const wantsCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec.hostNetwork);
  if (!wantsCluster || !cluster) return host;
  const { domain } = cluster;
  return {
    servers: cluster.servers,
    searches: [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host.searches],
    options: ['ndots:5'],
  };
}

/** A later option of the same name replaces the earlier. */
function merged(base: readonly string[], more: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const option of [...base, ...more]) byName.set(option.split(':')[0]!, option);
  return [...byName.values()];
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

export function resolvConf({ servers, searches, options }: DnsSettings): string {
  const lines = servers.map((server) => `nameserver ${server}`);
  if (searches.length > 0) lines.unshift(`search ${searches.join(' ')}`);
  if (options.length > 0) lines.push(`options ${options.join(' ')}`);
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}
