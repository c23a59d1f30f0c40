import { percentDecoded } from './percent.ts';

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const PERCENT = 0x25;
const DOT = 0x2e;
const TWO = 0x32;
const LETTER_E = 0x65;
const BACKSLASH = 0x5c;

/** `http://authority` of a target in absolute form. */
const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

const ONE_DOT = /^(?:\.|%2e)$/i;
const TWO_DOTS = /^(?:\.|%2e){2}$/i;

/**
 * The target in origin form. Clients of a proxy, and every HTTP/1.1 client if it likes, send the
 * absolute form (RFC 9112 section 3.2.2); where the request goes is for routes to say, so scheme and
 * authority are cut. `*` stays (`OPTIONS *`), an empty path is `/`, and a fragment, which no
 * target may have, is dropped: half of the clients that send it on would drop it as well.
 *
 * @example originForm('http://a.example?x=1') // '/?x=1'
 */
export function originForm(target: string): string {
  if (target.charCodeAt(0) === SLASH || target === '*') return withoutFragment(target);
  const rest = withoutFragment(target.replace(ABSOLUTE_FORM, ''));
  return rest.charCodeAt(0) === SLASH ? rest : `/${rest}`;
}

/**
 * What an upstream gets: the bytes as received, escapes, `//`, `;` and an empty query included, but
 * with dot segments resolved (RFC 3986 section 5.2.4), spelled `%2e` as well. `fetch` does that to
 * every URL, so without it the request that was matched would not be the one that is sent, and the
 * runtimes would differ. For the same reason a `\`, which `fetch` takes for a slash, becomes `%5C`.
 *
 * @example forwardTarget('/a%2Fb/./c/%2e%2e//d?x=%zz') // '/a%2Fb//d?x=%zz'
 */
export function forwardTarget(target: string): string {
  const origin = originForm(target);
  let afterSlash = false;
  for (let i = 0; i < origin.length; i += 1) {
    const code = origin.charCodeAt(i);
    if (code === QUESTION) break;
    if (code === BACKSLASH || (afterSlash && (code === DOT || isEscapedDot(origin, i))))
      return resolved(origin);
    afterSlash = code === SLASH;
  }
  return origin;
}

/**
 * The path that routes are matched against, as nginx's `$uri`: without the query, percent-decoded
 * as UTF-8, dot segments resolved, slashes merged. Escapes that are no UTF-8 stay as they are.
 *
 * Dots are resolved twice: as they will be for the upstream, and then those that decoding brought to
 * light (`/a%2f..%2fb`). So for any target, `matchPath(forwardTarget(t)) === matchPath(t)`: no
 * spelling gets past a route that the upstream would take for the route's own path.
 *
 * @example matchPath('/caf%C3%A9//menu/../x?y=1') // '/café/x'
 */
export function matchPath(target: string): string {
  let previous = 0;
  let end = 0;
  if (target.charCodeAt(0) !== SLASH) return normalPath(target);
  for (; end < target.length; end += 1) {
    const code = target.charCodeAt(end);
    if (code === QUESTION || code === HASH) break;
    if (code === PERCENT || code === BACKSLASH) return normalPath(target);
    if (previous === SLASH && (code === SLASH || code === DOT)) return normalPath(target);
    previous = code;
  }
  return end === target.length ? target : target.slice(0, end);
}

function normalPath(target: string): string {
  const forwarded = forwardTarget(target);
  if (forwarded === '*') return forwarded;
  const question = forwarded.indexOf('?');
  const path = percentDecoded(question === -1 ? forwarded : forwarded.slice(0, question));
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments[segments.length - 1]!;
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  if (kept.length === 0) return '/';
  const isDirectory = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${isDirectory ? '/' : ''}`;
}

/** `%2e`: other escapes behind slashes are many in some languages, and need no second look. */
function isEscapedDot(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === PERCENT &&
    text.charCodeAt(at + 1) === TWO &&
    (text.charCodeAt(at + 2) | 0x20) === LETTER_E
  );
}

function resolved(origin: string): string {
  const question = origin.indexOf('?');
  const path = question === -1 ? origin : origin.slice(0, question);
  const segments = path.replaceAll('\\', '%5C').split('/');
  const last = segments.length - 1;
  const kept: string[] = [];
  for (let i = 1; i <= last; i += 1) {
    const segment = segments[i]!;
    const isParent = TWO_DOTS.test(segment);
    if (isParent) kept.pop();
    if (!isParent && !ONE_DOT.test(segment)) kept.push(segment);
    // `/a/..` is the directory above, `/`, and not the empty path.
    else if (i === last) kept.push('');
  }
  return `/${kept.join('/')}${question === -1 ? '' : origin.slice(question)}`;
}

function withoutFragment(target: string): string {
  const hash = target.indexOf('#');
  return hash === -1 ? target : target.slice(0, hash);
}
