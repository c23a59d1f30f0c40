const PORT = '(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[0-5]?\\d{1,4})?';

/** `host` and `port` of RFC 3986 section 3.2; no user name, and nothing that a path begins with. */
const AUTHORITY = new RegExp(`^(?:[\\w.~!$&'()*+,;=%-]*|\\[[\\da-fA-F:.]+\\])(?::${PORT})?$`);

/**
 * True for what a Host field may hold (RFC 9110 section 7.2), the empty text included. Runtimes
 * make a URL of it: `Host: x/apisix/admin` would put its own path before the request's.
 */
export function isAuthority(host: string): boolean {
  return AUTHORITY.test(host);
}
