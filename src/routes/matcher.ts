import { comparable } from '../http/authority.ts';
import type { Inbound } from '../http/inbound.ts';
import { buildHostIndex, searchHost } from './host-index.ts';
import type { HostPattern } from './host.ts';
import type { ConditionName, MatchRule } from './rule.ts';
import { buildUriIndex, searchUri } from './uri-index.ts';
import type { Accept, Candidate } from './uri-index.ts';

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
  match(request: Inbound): T | null;
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
