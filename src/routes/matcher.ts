import { comparable } from '../http/authority.ts';
import type { Inbound } from '../http/messages.ts';
import type { HostPattern, UriPattern } from './patterns.ts';
import { buildPrefixTree, type PrefixTree } from './radix.ts';
import { compileRule, type ConditionName, type MatchRule, type RouteCriteria } from './rule.ts';

/** A route to match, and whatever it is that matching it should give. */
export interface Entry<T> {
  readonly match: MatchRule;
  readonly value: T;
}

/** Why a candidate was or was not taken: `uri` is a `*` in the middle that did not fit. */
export type Verdict = 'matched' | 'uri' | ConditionName;

/** Finds the route of a request. Immutable, so a table is replaced by replacing its matcher. */
export interface Matcher<T> {
  /** The value of the first route that takes the request, `null` when none does. */
  readonly match: (request: Inbound) => T | null;
  /**
   * The routes that were considered, in the order they were, each with what became of it; the last
   * one is the match, if there is one. Answers 'why not this route?'; not for the request path.
   */
  candidates(request: Inbound): { entry: Entry<T>; verdict: Verdict }[];
}

/**
 * Builds a matcher with the precedence of APISIX's `radixtree_host_uri`: routes of the exact host,
 * then of wildcard hosts from the longest, then those without a host; within each the exact path,
 * then the longest prefix; within one pattern the priority, then the order of the entries. A route
 * whose conditions fail gives way to the next.
 *
 * The cost depends on the request and on how many routes share its host and path, not on how many
 * routes there are, and matching allocates nothing.
 *
 * @example
 * const matcher = buildMatcher([{ match: compileRule({ uri: '/a/*' }), value: 'a' }]);
 * matcher.match(request); // 'a' for /a/b, null for /a
 */
export function buildMatcher<T>(entries: readonly Entry<T>[]): Matcher<T> {
  const anyHost: Candidate<Entry<T>>[] = [];
  const byHost: { host: HostPattern; candidate: Candidate<Entry<T>> }[] = [];
  for (const entry of entries) {
    const rule = entry.match;
    if (!rule.enabled) continue;
    for (const uri of rule.uris) {
      const candidate = { entry, rule, uri };
      if (rule.hosts === null) anyHost.push(candidate);
      else for (const host of rule.hosts) byHost.push({ host, candidate });
    }
  }
  const portIndex = buildHostIndex(byHost.filter(({ host }) => host.withPort));
  const hostIndex = buildHostIndex(byHost.filter(({ host }) => !host.withPort));
  const anyIndex = buildUriIndex(anyHost);

  function search<A>(
    request: Inbound,
    accept: Accept<Entry<T>, A>,
    argument: A,
  ): Candidate<Entry<T>> | null {
    const { path } = request;
    let found: Candidate<Entry<T>> | null = null;
    // The more exact statement first; almost no table has a host with a port. And a request's host is
    // worked out when it is asked for: a table without hosts does not.
    if (portIndex)
      found = searchHost(portIndex, comparable(request.authority), path, accept, argument);
    if (!found && hostIndex) found = searchHost(hostIndex, request.host, path, accept, argument);
    return found ?? searchUri(anyIndex, path, accept, argument);
  }

  return {
    match(request) {
      const found = search(request, accepts, request);
      return found === null ? null : found.entry.value;
    },
    candidates(request) {
      const considered: { entry: Entry<T>; verdict: Verdict }[] = [];
      search(request, record, considered);
      return considered;

      function record(candidate: Candidate<Entry<T>>, list: typeof considered): boolean {
        const verdict = judge(candidate, request);
        list.push({ entry: candidate.entry, verdict });
        return verdict === 'matched';
      }
    },
  };
}

function accepts(candidate: Candidate<unknown>, request: Inbound): boolean {
  return judge(candidate, request) === 'matched';
}

function judge({ rule, uri }: Candidate<unknown>, request: Inbound): Verdict {
  if (uri.glob !== null && !uri.glob(request.path)) return 'uri';
  if (rule.conditions === null) return 'matched';
  for (const condition of rule.conditions) if (!condition.holds(request)) return condition.name;
  return 'matched';
}

/**
 * Compiles checked routes to a matcher. What a route does is the caller's: `compileRoute` makes it
 * of the route, once, and a match hands it out. Routes with `status: 0` are compiled too, so that
 * their mistakes show before they are switched on.
 *
 * @throws what `compileRule` and `compileRoute` throw; then there is no table at all
 * @example
 * const table = compileTable(document.routes, (route) => exchangeWith(route.upstream));
 * const exchange = table.match(request);
 */
export function compileMatcher<R extends RouteCriteria, T>(
  routes: readonly R[],
  compileRoute: (route: R) => T,
): Matcher<T> {
  return buildMatcher(
    routes.map((route) => ({ match: compileRule(route), value: compileRoute(route) })),
  );
}

/** Candidates by host, and for each host by path. */
interface HostIndex<E> {
  readonly exact: ReadonlyMap<string, UriIndex<E>>;
  readonly suffixes: PrefixTree<UriIndex<E>> | null;
}

/** Indexes candidates under their hosts; `null` when there is nothing to index. */
function buildHostIndex<E>(
  placed: readonly { host: HostPattern; candidate: Candidate<E> }[],
): HostIndex<E> | null {
  if (placed.length === 0) return null;
  const exact = new Map<string, Candidate<E>[]>();
  const suffixes = new Map<string, Candidate<E>[]>();
  for (const { host, candidate } of placed) {
    const lists = host.wildcard ? suffixes : exact;
    const list = lists.get(host.literal);
    if (list === undefined) lists.set(host.literal, [candidate]);
    else list.push(candidate);
  }
  return {
    exact: indexEach(exact),
    suffixes: suffixes.size === 0 ? null : buildPrefixTree(indexEach(suffixes), 'backwards'),
  };
}

/**
 * Searches the exact host, then its wildcards from the longest suffix to `*`. A host whose routes
 * have no such path, or not under these conditions, is passed over, not an answer.
 */
function searchHost<E, A>(
  index: HostIndex<E>,
  host: string,
  path: string,
  accept: Accept<E, A>,
  argument: A,
): Candidate<E> | null {
  const exact = index.exact.get(host);
  if (exact !== undefined) {
    const found = searchUri(exact, path, accept, argument);
    if (found !== null) return found;
  }
  if (index.suffixes === null) return null;
  for (let suffix = index.suffixes.longest(host); suffix !== null; suffix = suffix.shorter) {
    const found = searchUri(suffix.value, path, accept, argument);
    if (found !== null) return found;
  }
  return null;
}

function indexEach<E>(lists: ReadonlyMap<string, Candidate<E>[]>): Map<string, UriIndex<E>> {
  return new Map([...lists].map(([literal, list]) => [literal, buildUriIndex(list)]));
}

/** One way to reach a route: a route with three uris is three candidates. */
interface Candidate<E> {
  readonly entry: E;
  readonly rule: MatchRule;
  readonly uri: UriPattern;
}

/** Candidates by path. */
interface UriIndex<E> {
  readonly exact: ReadonlyMap<string, readonly Candidate<E>[]>;
  /** `null` when no candidate has a `*`. */
  readonly prefixes: PrefixTree<readonly Candidate<E>[]> | null;
}

/** Says whether the search ends here. Must not keep the candidate list. */
type Accept<E, A> = (candidate: Candidate<E>, argument: A) => boolean;

/** Indexes candidates, which come in the order of the document. */
function buildUriIndex<E>(candidates: readonly Candidate<E>[]): UriIndex<E> {
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
function searchUri<E, A>(
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
