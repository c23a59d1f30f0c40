import { comparable } from '../http/authority.ts';

/** One `uri` of a route, taken apart. */
export interface UriPattern {
  readonly text: string;
  /** `prefix` as soon as there is a `*`, wherever it stands. */
  readonly kind: 'exact' | 'prefix';
  /** What a path has to begin with, or to be. */
  readonly literal: string;
  /** Decides on the rest when a `*` stands before the end; `null` when the literal says it all. */
  readonly glob: ((path: string) => boolean) | null;
}

/**
 * Takes a route's `uri` apart as APISIX's default router does: `/a` is that path, `/a/*` every path
 * that begins with `/a/` (so not `/a`), and `/a*b` has any characters in the middle. `:name` has no
 * meaning, it has one in `radixtree_uri_with_parameter` only.
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
 * Compiles a pattern in which `*` stands for any characters, `/` and none at all included. The
 * pieces between the stars are looked up from left to right, each as early as it can be, so the
 * cost is that of a few substring searches: there is nothing to backtrack, and no path that a
 * client could make up to be slow on, as there is for a regular expression with several `.*`.
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
