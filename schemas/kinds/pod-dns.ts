/** Rules of a pod's names: dnsConfig, hostAliases, and the addresses in them. */
import { invalid, pushInvalid, required } from '../meta/field-errors.js';
import { dns1123Subdomain } from '../meta/names.js';
import type { Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

// Limits of libc's resolver.
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARS_MAX = 2048;

const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
const BAD_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export const isIPv4 = (text: string) => IPV4.test(text);

export function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const embedsIPv4 = last?.includes('.') ?? false;
  if (embedsIPv4) {
    if (!isIPv4(last!)) return false;
    groups.pop();
  }
  const count = groups.length + (embedsIPv4 ? 2 : 0);
  return groups.every((group) => IPV6_GROUP.test(group)) && (halves.length === 2 ? count <= 7 : count === 8);
}

export function checkAddress(errors: Errors, path: Path, address: string): void {
  if (!isIPv4(address) && !isIPv6(address)) errors.push(invalid(path, address, BAD_ADDRESS));
}

function checkSearches(errors: Errors, path: Path, searches: readonly string[]): void {
  if (searches.length > SEARCHES_MAX) {
    errors.push(invalid(path, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  }
  if (searches.join(' ').length > SEARCH_CHARS_MAX) {
    const why = `must not have more than ${SEARCH_CHARS_MAX} characters (including spaces) in the search list`;
    errors.push(invalid(path, searches, why));
  }
  searches.forEach((search, i) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    pushInvalid(errors, path.index(i), name, dns1123Subdomain(name.replaceAll('_', 'a')));
  });
}

export function checkDns(errors: Errors, path: Path, dnsPolicy: string | undefined, config: any): void {
  if (dnsPolicy === 'None') {
    if (!config) return void errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if (!config.nameservers?.length) {
      const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return void errors.push(required(path.child('nameservers'), why));
    }
  }
  if (!config) return;
  const { nameservers = [], searches = [], options = [] } = config;
  const at = path.child('nameservers');
  if (nameservers.length > NAMESERVERS_MAX) {
    errors.push(invalid(at, nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`));
  }
  nameservers.forEach((address: string, i: number) => {
    checkAddress(errors, at.index(i), address);
  });
  checkSearches(errors, path.child('searches'), searches);
  options.forEach(({ name }: { name?: string }, i: number) => {
    if (!name) errors.push(required(path.child('options').index(i), 'must not be empty'));
  });
}

export function checkHostAliases(errors: Errors, path: Path, aliases: readonly any[]): void {
  aliases.forEach(({ ip = '', hostnames = [] }, i) => {
    const at = path.index(i);
    checkAddress(errors, at.child('ip'), ip);
    hostnames.forEach((name: string, j: number) => {
      pushInvalid(errors, at.child('hostnames').index(j), name, dns1123Subdomain(name));
    });
  });
}
