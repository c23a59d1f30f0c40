import { parseAddress } from './cidr.ts';

const PORT = '(?::(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[0-5]?\\d{1,4})?)?';
const NAME = "[\\w.~!$&'()*+,;=-]*(?:%[\\da-f]{2}[\\w.~!$&'()*+,;=-]*)*";
const IPV6 = '\\[([\\da-f:.]+)\\]';
const IP_FUTURE = "\\[v[\\da-f]+\\.[\\w.~!$&'()*+,;=:-]+\\]";

/** `host [":" port]` of RFC 3986 section 3.2: no user name, and no character that would start a path. */
const AUTHORITY = new RegExp(`^(?:${NAME}|${IPV6}|${IP_FUTURE})${PORT}$`, 'i');

const DOT = 0x2e;

/**
 * True if the text is a valid value of a Host field (RFC 9110 section 7.2); the empty text is valid.
 * Checked because runtimes build a URL from Host: `Host: x/apisix/admin` would put a path before the request's own.
 */
export function isAuthority(host: string): boolean {
  const match = AUTHORITY.exec(host);
  if (match === null) return false;
  const [, address] = match;
  // `[1.2.3.4]` is invalid: brackets are for IPv6 addresses, which contain colons.
  return address === undefined || (address.includes(':') && parseAddress(address) !== null);
}

/**
 * Normalizes an authority for comparison with the hosts of routes: lower case (RFC 9110 section 4.2.3),
 * without the trailing dot of a fully qualified name, which DNS and nginx ignore as well. Only one dot is
 * removed: a name cannot end in two.
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
 * The host of an authority, normalized for comparison, without the port. An IPv6 address keeps its brackets.
 *
 * @example hostname('A.example.:8080') // 'a.example'
 */
export function hostname(authority: string): string {
  const text = comparable(authority);
  return text.slice(0, hostEnd(text));
}

/** Offset at which the host ends: at the colon before the port, or at the end of the text. */
function hostEnd(authority: string): number {
  if (authority.startsWith('[')) return authority.indexOf(']') + 1 || authority.length;
  const colon = authority.lastIndexOf(':');
  return colon === -1 ? authority.length : colon;
}
