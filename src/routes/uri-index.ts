import { buildPrefixTree } from './radix.ts';
import type { PrefixTree } from './radix.ts';
import type { MatchRule } from './rule.ts';
import type { UriPattern } from './uri.ts';

/** One way to reach a route: a route with three uris is three candidates. */
export interface Candidate<E> {
  readonly entry: E;
  readonly rule: MatchRule;
  readonly uri: UriPattern;
}

/** Candidates by path. */
export interface UriIndex<E> {
  readonly exact: ReadonlyMap<string, readonly Candidate<E>[]>;
  /** `null` when no candidate has a `*`. */
  readonly prefixes: PrefixTree<readonly Candidate<E>[]> | null;
}

/** Says whether the search ends here. Must not keep the candidate list. */
export type Accept<E, A> = (candidate: Candidate<E>, argument: A) => boolean;

/** Indexes candidates, which come in the order of the document. */
export function buildUriIndex<E>(candidates: readonly Candidate<E>[]): UriIndex<E> {
  const exact = new Map<string, Candidate<E>[]>();
  const prefixes = new Map<string, Candidate<E>[]>();
  for (const candidate of candidates) {
    const { kind, literal } = candidate.uri;
    const lists = kind === 'exact' ? exact : prefixes;
    const list = lists.get(literal);
    if (list === undefined) lists.set(literal, [candidate]);
    else list.push(candidate);
  }
  for (const list of exact.values()) list.sort(byPrecedence);
  for (const list of prefixes.values()) list.sort(byPrecedence);
  return { exact, prefixes: prefixes.size === 0 ? null : buildPrefixTree(prefixes) };
}

/**
 * Shows the candidates for a path to `accept` until it takes one: the exact path, then the longest
 * literal prefix down to the shortest. `argument` is handed through, so that `accept` need not be a
 * closure made per request.
 */
export function searchUri<E, A>(
  index: UriIndex<E>,
  path: string,
  accept: Accept<E, A>,
  argument: A,
): Candidate<E> | null {
  const exact = index.exact.get(path);
  if (exact !== undefined) {
    for (const candidate of exact) if (accept(candidate, argument)) return candidate;
  }
  if (index.prefixes === null) return null;
  for (let prefix = index.prefixes.longest(path); prefix !== null; prefix = prefix.shorter) {
    for (const candidate of prefix.value) if (accept(candidate, argument)) return candidate;
  }
  return null;
}

/**
 * Among candidates of one literal, as lua-resty-radixtree sorts them: higher priority, then longer
 * pattern (`/a/*` and `/a/*x` share `/a/`). Sorting is stable, so the document's order is the rest.
 */
function byPrecedence<E>(a: Candidate<E>, b: Candidate<E>): number {
  return b.rule.priority - a.rule.priority || b.uri.text.length - a.uri.text.length;
}
