import { parseAddress } from './cidr.ts';

const PORT = '(?::(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[0-5]?\\d{1,4})?)?';
const NAME = "[\\w.~!$&'()*+,;=-]*(?:%[\\da-f]{2}[\\w.~!$&'()*+,;=-]*)*";
const IPV6 = '\\[([\\da-f:.]+)\\]';
const IP_FUTURE = "\\[v[\\da-f]+\\.[\\w.~!$&'()*+,;=:-]+\\]";

/** `host` and `port` of RFC 3986 section 3.2; no user name, and nothing that a path begins with. */
const AUTHORITY = new RegExp(`^(?:${NAME}|${IPV6}|${IP_FUTURE})${PORT}$`, 'i');

const DOT = 0x2e;

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

/**
 * An authority as it is compared with the hosts of routes: in lower case (RFC 9110 section 4.2.3), and
 * without the dot that ends a fully qualified name, which DNS and nginx do without as well. One dot:
 * with two it is no name.
 *
 * @example comparable('A.example.:8080') // 'a.example:8080'
 */
export function comparable(authority: string): string {
  const end = hostEnd(authority);
  const last = end - 1;
  const dotted =
    last > 0 && authority.charCodeAt(last) === DOT && authority.charCodeAt(last - 1) !== DOT;
  const text = dotted ? authority.slice(0, last) + authority.slice(end) : authority;
  return text.toLowerCase();
}

/**
 * The host alone, to be compared; the brackets of an IPv6 address stay.
 *
 * @example hostname('A.example.:8080') // 'a.example'
 */
export function hostname(authority: string): string {
  const text = comparable(authority);
  return text.slice(0, hostEnd(text));
}

/** Where the host of an authority ends, and its port begins if it has one. */
function hostEnd(authority: string): number {
  if (authority.startsWith('[')) return authority.indexOf(']') + 1 || authority.length;
  const colon = authority.lastIndexOf(':');
  return colon === -1 ? authority.length : colon;
}
