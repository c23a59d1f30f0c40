import { percentDecoded } from './percent.ts';

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const PERCENT = 0x25;
const DOT = 0x2e;
const TWO = 0x32;
const LETTER_E = 0x65;
const BACKSLASH = 0x5c;

/** Scheme and authority of a target in absolute form: `http://a.example`. */
const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

const ONE_DOT = /^(?:\.|%2e)$/i;
const TWO_DOTS = /^(?:\.|%2e){2}$/i;

/**
 * Converts a target to origin form. Clients may send the absolute form (RFC 9112 section 3.2.2); routes alone
 * decide where a request goes, so scheme and authority are removed. `*` is kept (`OPTIONS *`), an empty path
 * becomes `/`, and a fragment, which a target must not have, is dropped: HTTP clients do not agree on whether to
 * send it.
 *
 * @example originForm('http://a.example?x=1') // '/?x=1'
 */
export function originForm(target: string): string {
  if (target.charCodeAt(0) === SLASH || target === '*') return withoutFragment(target);
  const rest = withoutFragment(target.replace(ABSOLUTE_FORM, ''));
  return rest.charCodeAt(0) === SLASH ? rest : `/${rest}`;
}

/**
 * The target that upstreams get. Escapes, `//`, `;` and an empty query stay as received; dot segments are
 * resolved (RFC 3986 section 5.2.4), also when written as `%2e`. `fetch` resolves them in every URL: without
 * this, the request sent could differ from the one matched, and runtimes would differ from each other. For the
 * same reason `\`, which `fetch` reads as a slash, becomes `%5C`.
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
 * The path that routes match, like nginx's `$uri`: without the query, percent-decoded as UTF-8, dot segments
 * resolved, slashes merged. Escapes that are not UTF-8 are kept.
 *
 * Dot segments are resolved twice: first as for the upstream, then those that decoding reveals
 * (`/a%2f..%2fb`). So `matchPath(forwardTarget(t)) === matchPath(t)` for any target: no spelling of a path can
 * bypass its route and still reach that path at the upstream.
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

/** True for `%2e`. Other escapes after a slash are common in some languages and leave the path as it is. */
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
    // `/a/..` is the parent directory `/`, not the empty path.
    else if (i === last) kept.push('');
  }
  return `/${kept.join('/')}${question === -1 ? '' : origin.slice(question)}`;
}

function withoutFragment(target: string): string {
  const hash = target.indexOf('#');
  return hash === -1 ? target : target.slice(0, hash);
}
