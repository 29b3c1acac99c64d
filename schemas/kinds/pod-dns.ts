/** Rules of a pod's names: dnsConfig, hostAliases, and the addresses in them. */
import { invalid, pushInvalid, required } from '../meta/field-errors.js';
import { dns1123Subdomain } from '../meta/names.js';
import { BAD_IP, isIp } from './ip-rules.js';
import type { Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

// Limits of libc's resolver.
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARS_MAX = 2048;

export function checkAddress(errors: Errors, path: Path, address: string): void {
  if (!isIp(address)) errors.push(invalid(path, address, BAD_IP));
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
