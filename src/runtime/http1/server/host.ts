import { isAuthority } from '../../../http/authority.ts';
import { quoted } from '../protocol-error.ts';
import { Refusal } from './refusal.ts';

/** Hosts that may stand in a URL without a look: names of plain words, and the loopback address. */
const PLAIN_HOST = /^(?:[a-z]\w*(?:\.[a-z]\w*)*|127\.0\.0\.1)(?::\d{1,4})?$/i;

/**
 * The Host of a request, `''` when it may lack and does.
 *
 * @throws Refusal when it lacks in HTTP/1.1, or holds more than a host (RFC 9112 section 3.2)
 */
export function checkedHost(host: string | null, http11: boolean): string {
  if (host === null) {
    if (http11) throw new Refusal(400, 'no Host');
    return '';
  }
  if (!PLAIN_HOST.test(host) && !isAuthority(host))
    throw new Refusal(400, `not a host: ${quoted(host)}`);
  return host;
}

/** The host for a URL. A Host may hold what no URL can: `1.2.3.4.5` is a name there and a bad address here. */
export function urlHost(host: string): string {
  if (PLAIN_HOST.test(host) || (host !== '' && URL.canParse(`http://${host}`))) return host;
  return 'invalid';
}
