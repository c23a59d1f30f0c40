import { cgiName, type HeaderList, isHopByHop } from './fields.ts';
import { comesFromProxy } from './forwarding-fields.ts';

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
  'x-http-method-override',
  'pragma',
  'range',
  // Who is who.
  'authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  // Which page sent it.
  'origin',
  'referer',
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
]);

/** What applications know a client by: `X-API-Key`, `X-CSRF-Token`. */
const CREDENTIAL = /(?:^|-)(?:api-?key|(?:access|auth|csrf|session|xsrf)-?token)$/;

/** Families of such fields: conditions, and what browsers and proxies vouch for. */
const FAMILY = /^(?:if-|sec-|access-control-|proxy-)/;

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
    // To CGI and its like `Content_Length` is Content-Length.
    if (named?.has(name) || belongsInHead(name) || belongsInHead(cgiName(name))) continue;
    passed.push(trailers[i]!, trailers[i + 1]!);
  }
  return passed.length === 0 ? null : passed;
}

/** Or to the connection, or says where a request came from, which this hop has said by itself. */
function belongsInHead(name: string): boolean {
  if (BELONGS_IN_HEAD.has(name) || isHopByHop(name)) return true;
  return FAMILY.test(name) || CREDENTIAL.test(name) || comesFromProxy(name);
}
