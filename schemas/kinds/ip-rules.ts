/** Text forms of addresses and ranges, without I/O. */

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);

export const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

function groupsOf(part: string): number {
  if (part === '') return 0;
  const groups = part.split(':');
  const last = groups.at(-1) as string;
  const embedded = last.includes('.');
  if (embedded && !isIpv4(last)) return Number.NaN;
  const hex = embedded ? groups.slice(0, -1) : groups;
  return hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) ? groups.length + (embedded ? 1 : 0) : Number.NaN;
}

export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length === 1) return groupsOf(text) === 8;
  return halves.length === 2 && groupsOf(halves[0] as string) + groupsOf(halves[1] as string) <= 7;
}

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

export function familyOf(text: string): 'IPv4' | 'IPv6' {
  return text.includes(':') ? 'IPv6' : 'IPv4';
}

export function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false;
  if (isIpv4(address)) return Number(bits) <= 32;
  return isIpv6(address) && Number(bits) <= 128;
}
