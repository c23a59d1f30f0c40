import { compileGlob } from './glob.ts';

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
