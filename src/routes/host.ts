import { comparable } from '../http/authority.ts';

/** One `host` of a route, taken apart. */
export interface HostPattern {
  /** The host, or with a wildcard what it ends with, as hosts of requests are compared with it. */
  readonly literal: string;
  readonly wildcard: boolean;
  /** It names a port, so it is compared with the Host field and not with the bare host. */
  readonly withPort: boolean;
}

/** A port behind a name or a bracketed IPv6 address; the colons inside the brackets are none. */
const PORT = /^(?:[^:]*|.*\]):[0-9]+$/;

/**
 * Takes a route's `host` apart: `a.example`, `*.example` (any depth, but not `example` itself), or
 * `*`. Names are compared without regard to case (RFC 9110 section 4.2.3), unlike in APISIX's
 * default router, where a route host with capitals never matches; nor does one with a port there, or one
 * with a dot at its end.
 *
 * @example compileHost('*.Example.com') // { literal: '.example.com', wildcard: true, withPort: false }
 */
export function compileHost(text: string): HostPattern {
  const wildcard = text.startsWith('*');
  const literal = comparable(wildcard ? text.slice(1) : text);
  return { literal, wildcard, withPort: PORT.test(literal) };
}
