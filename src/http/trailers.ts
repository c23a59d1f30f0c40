import { cgiName, type HeaderList, isHopByHop } from './fields.ts';
import { comesFromProxy } from './forwarding-fields.ts';

/**
 * Fields that are valid only in the head (RFC 9110 section 6.5.1). Recipients that merge trailers into the head
 * would be misled by them.
 */
const BELONGS_IN_HEAD: ReadonlySet<string> = new Set([
  // Framing and routing, and the list of trailers.
  'content-length',
  'host',
  'trailer',
  // Request controls.
  'cache-control',
  'expect',
  'max-forwards',
  'x-http-method-override',
  'pragma',
  'range',
  // Authentication.
  'authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  // The page that sent the request.
  'origin',
  'referer',
  // Response controls.
  'age',
  'date',
  'expires',
  'location',
  'retry-after',
  'vary',
  'warning',
  // The format of the body.
  'content-encoding',
  'content-range',
  'content-type',
]);

/** Credentials of applications: `X-API-Key`, `X-CSRF-Token`. */
const CREDENTIAL = /(?:^|-)(?:api-?key|(?:access|auth|csrf|session|xsrf)-?token)$/;

/** Prefixes of further such fields: conditions, and fields that browsers and proxies set. */
const FAMILY = /^(?:if-|sec-|access-control-|proxy-)/;

/**
 * The trailers that may be forwarded; `null` if there are none.
 *
 * @param named fields that the message's Connection nominates as hop-by-hop
 */
export function passableTrailers(
  trailers: HeaderList,
  named: ReadonlySet<string> | null,
): HeaderList | null {
  const passed: HeaderList = [];
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i]!.toLowerCase();
    // CGI applications read `Content_Length` as Content-Length.
    if (named?.has(name) || belongsInHead(name) || belongsInHead(cgiName(name))) continue;
    passed.push(trailers[i]!, trailers[i + 1]!);
  }
  return passed.length === 0 ? null : passed;
}

/** Also true for hop-by-hop fields, and for fields of proxies: this hop has written its own into the head. */
function belongsInHead(name: string): boolean {
  if (BELONGS_IN_HEAD.has(name) || isHopByHop(name)) return true;
  return FAMILY.test(name) || CREDENTIAL.test(name) || comesFromProxy(name);
}
