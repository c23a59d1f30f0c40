import { comparable } from '../http/authority.ts';

/** A compiled `uri` of a route. */
export interface UriPattern {
  readonly text: string;
  /** `prefix` when the text contains a `*`, anywhere. */
  readonly kind: 'exact' | 'prefix';
  /** The text up to the first `*`: what a path must be (`exact`) or start with (`prefix`). */
  readonly literal: string;
  /** Matches the whole path when a `*` stands before the end of the text; `null` when `literal` is sufficient. */
  readonly glob: ((path: string) => boolean) | null;
}

/**
 * Compiles a route's `uri` with the meaning it has in APISIX's default router: `/a` is exactly that path, `/a/*`
 * every path that starts with `/a/` (so not `/a`), and `/a*b` has any characters in place of the `*`. `:name` has
 * no special meaning; APISIX has that in `radixtree_uri_with_parameter` only.
 *
 * @example compileUri('/blog/bar*').literal // '/blog/bar'
 */
export function compileUri(text: string): UriPattern {
  const star = text.indexOf('*');
  if (star === -1) return { text, kind: 'exact', literal: text, glob: null };
  const glob = star === text.length - 1 ? null : compileGlob(text);
  return { text, kind: 'prefix', literal: text.slice(0, star), glob };
}

/**
 * Compiles a pattern in which `*` matches any number of characters, including none and including `/`. The pieces
 * between the stars are searched from left to right, each at its first occurrence. The cost is a few substring
 * searches without backtracking, so that no path is slow, unlike with a regular expression with several `.*`.
 *
 * @example compileGlob('/a/*.json')('/a/x/y.json') // true
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const pieces = pattern.split('*');
  const first = pieces[0]!;
  const last = pieces[pieces.length - 1]!;
  if (pieces.length === 1) return (path) => path === pattern;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (path) => {
    if (!path.startsWith(first) || !path.endsWith(last)) return false;
    let position = first.length;
    for (const piece of middle) {
      const found = path.indexOf(piece, position);
      if (found === -1) return false;
      position = found + piece.length;
    }
    return position + last.length <= path.length;
  };
}

/** A compiled `host` of a route. */
export interface HostPattern {
  /** The normalized host, or the suffix after a wildcard's `*`. */
  readonly literal: string;
  readonly wildcard: boolean;
  /** Whether it has a port. If so, it is compared with the request's host and port, else with the host alone. */
  readonly withPort: boolean;
}

/** A port after a name or a bracketed IPv6 address; colons inside the brackets do not count. */
const PORT = /^(?:[^:]*|.*\]):[0-9]+$/;

/**
 * Compiles a route's `host`: `a.example`, `*.example` (any depth, but not `example` itself), or `*`. Names are
 * compared case-insensitively (RFC 9110 section 4.2.3). In APISIX's default router, a route host with capitals,
 * with a port or with a dot at its end never matches.
 *
 * @example compileHost('*.Example.com') // { literal: '.example.com', wildcard: true, withPort: false }
 */
export function compileHost(text: string): HostPattern {
  const wildcard = text.startsWith('*');
  const literal = comparable(wildcard ? text.slice(1) : text);
  return { literal, wildcard, withPort: PORT.test(literal) };
}
