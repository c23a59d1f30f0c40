import { isAuthority } from '../../http/authority.ts';
import { quoted } from '../../http/quoted.ts';
import { Refusal } from './refusal.ts';

/** A target in absolute form, as `HEAD` lets it in. */
const ABSOLUTE_FORM = /^(https?):\/\/([^/?#]*)/i;

/** Hosts that may stand in a URL without a look: names of plain words, and the loopback address. */
const PLAIN_HOST = /^(?:[a-z]\w*(?:\.[a-z]\w*)*|127\.0\.0\.1)(?::\d{1,4})?$/i;

/**
 * Whom a request is for: the authority of a target in absolute form, whatever Host says, else Host
 * (RFC 9112 section 3.2.2); `''` when there is neither.
 *
 * @param host the Host field, which has to be there and right even where it does not count
 * @throws Refusal when it names nobody, or somebody in a way that two readers may read differently
 */
export function authorityOf(target: string, host: string | null, http11: boolean): string {
  const asked = checkedHost(host, http11);
  const absolute = ABSOLUTE_FORM.exec(target);
  return absolute === null ? asked : checkedAuthority(absolute[1]!, absolute[2]!);
}

function checkedAuthority(scheme: string, authority: string): string {
  // What asks for a secured connection must not be answered on another (RFC 9110 section 7.4).
  if (scheme.length === 5) throw new Refusal(421, 'a target of https on a port without TLS');
  // RFC 9110 sections 4.2.1 and 4.2.4: without a host, or with a user, it is no target of ours.
  if (authority === '' || authority.startsWith(':') || !isAuthority(authority))
    throw new Refusal(400, `not an authority: ${quoted(authority)}`);
  return authority;
}

/** @throws Refusal when it lacks in HTTP/1.1, or holds more than a host (RFC 9112 section 3.2) */
function checkedHost(host: string | null, http11: boolean): string {
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
  return PLAIN_HOST.test(host) || URL.canParse(`http://${host}`) ? host : 'invalid';
}
