import { parseAddress } from './cidr.ts';

const PORT = '(?::(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[0-5]?\\d{1,4})?)?';
const NAME = "[\\w.~!$&'()*+,;=-]*(?:%[\\da-f]{2}[\\w.~!$&'()*+,;=-]*)*";
const IPV6 = '\\[([\\da-f:.]+)\\]';
const IP_FUTURE = "\\[v[\\da-f]+\\.[\\w.~!$&'()*+,;=:-]+\\]";

/** `host` and `port` of RFC 3986 section 3.2; no user name, and nothing that a path begins with. */
const AUTHORITY = new RegExp(`^(?:${NAME}|${IPV6}|${IP_FUTURE})${PORT}$`, 'i');

/**
 * True for what a Host field may hold (RFC 9110 section 7.2), the empty text included. Runtimes
 * make a URL of it: `Host: x/apisix/admin` would put its own path before the request's.
 */
export function isAuthority(host: string): boolean {
  const match = AUTHORITY.exec(host);
  if (match === null) return false;
  const [, address] = match;
  // `[1.2.3.4]` is no address of either version: brackets are for those with colons.
  return address === undefined || (address.includes(':') && parseAddress(address) !== null);
}
