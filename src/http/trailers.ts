import type { HeaderList } from './headers.ts';
import { isHopByHop } from './hop-by-hop.ts';

/**
 * Fields that must be known before the body, and that a reader who takes trailers for fields of the
 * head would be fooled by (RFC 9110 section 6.5.1).
 */
const BELONGS_IN_HEAD: ReadonlySet<string> = new Set([
  // Where the message ends and goes to, and which trailers there are.
  'content-length',
  'host',
  'trailer',
  // What is to be done with the request.
  'cache-control',
  'expect',
  'max-forwards',
  'pragma',
  'range',
  // Who is who.
  'authorization',
  'cookie',
  'proxy-authenticate',
  'proxy-authorization',
  'set-cookie',
  'www-authenticate',
  // What is to be done with the answer.
  'age',
  'date',
  'expires',
  'location',
  'retry-after',
  'vary',
  'warning',
  // What the body is.
  'content-encoding',
  'content-range',
  'content-type',
  // Where a request came from, which this hop has said by itself.
  'forwarded',
  'x-real-ip',
]);

/** Families of such fields: conditions, and where a request came from. */
const FAMILY = /^(?:if-|x-forwarded-)/;

/**
 * The trailers that may be passed on; `null` when there are none.
 *
 * @param named fields that the message's Connection declares to be hop-by-hop
 */
export function passableTrailers(
  trailers: HeaderList,
  named: ReadonlySet<string> | null,
): HeaderList | null {
  const passed: HeaderList = [];
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i]!.toLowerCase();
    if (BELONGS_IN_HEAD.has(name) || FAMILY.test(name)) continue;
    if (isHopByHop(name) || named?.has(name)) continue;
    passed.push(trailers[i]!, trailers[i + 1]!);
  }
  return passed.length === 0 ? null : passed;
}
