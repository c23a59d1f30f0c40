import { compilePeers, UNIX_PEER } from '../../http/cidr.ts';
import { comesFromProxy } from '../../http/forwarding-fields.ts';
import type { Received } from '../../http/messages.ts';

const isLoopback = compilePeers(['127.0.0.0/8', '::1', UNIX_PEER]);

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/** Only these spellings: a name that merely resolves to a loopback address may belong to anyone. */
const LOOPBACK_HOST = new RegExp(
  `^(?:localhost|127(?:\\.${OCTET}){3}|\\[::1\\])(?::\\d{1,5})?$`,
  'i',
);

/** Sec-Fetch-Site of pages from this listener, and of URLs that a user has typed. */
const OWN_SITE: ReadonlySet<string> = new Set(['same-origin', 'none']);

/**
 * Whether a request surely comes from this machine, and from no page of another site. Such a request has:
 * - a loopback peer, or one of a Unix socket;
 * - a loopback Host. A web page whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name;
 * - no Origin other than this listener's, and no cross-site Sec-Fetch-Site. Pages of other sites can send requests
 *   to this machine through a browser that runs on it;
 * - no header field that proxies add. A public reverse proxy on this machine is a loopback peer, too.
 *
 * @param received how it came: the scheme is that of its listener, and the peer that of the socket
 */
export function isFromThisMachine(
  { peer, scheme }: Pick<Received, 'peer' | 'scheme'>,
  headers: Headers,
): boolean {
  const host = headers.get('host') ?? '';
  if (!isLoopback(peer) || !LOOPBACK_HOST.test(host)) return false;
  const origin = headers.get('origin');
  if (origin !== null && origin !== `${scheme}://${host.toLowerCase()}`) return false;
  if (!OWN_SITE.has(headers.get('sec-fetch-site') ?? 'none')) return false;
  return ![...headers.keys()].some(comesFromProxy);
}
