/** The machine's own DNS settings, as pods can use them. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

const isLoopback = (address: string) => address.startsWith('127.') || address === '::1';

/** Pure. Kubernetes' rules: the last `search` line counts; `search .` means nothing. */
export function parseResolvConf(text: string): DnsSettings {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0]) servers.push(values[0]);
    else if (keyword === 'search') searches = values.map((name) => (name === '.' ? name : name.replace(/\.$/, '')));
    else if (keyword === 'options') options = values;
  }
  return { servers, searches: searches.filter((name) => name !== '.'), options };
}

/** Whether a pod could ask none of the servers, because each is only on the machine's own loopback (systemd-resolved's 127.0.0.53). */
export function isOnlyLoopback({ servers }: DnsSettings): boolean {
  return servers.length > 0 && servers.every(isLoopback);
}

/** Without servers that a pod can't reach. */
export function reachable(settings: DnsSettings): DnsSettings {
  return { ...settings, servers: settings.servers.filter((server) => !isLoopback(server)) };
}
