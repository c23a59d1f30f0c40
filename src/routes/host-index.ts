import type { HostPattern } from './host.ts';
import { buildPrefixTree } from './radix.ts';
import type { PrefixTree } from './radix.ts';
import { buildUriIndex, searchUri } from './uri-index.ts';
import type { Accept, Candidate, UriIndex } from './uri-index.ts';

/** Candidates by host, and for each host by path. */
export interface HostIndex<E> {
  readonly exact: ReadonlyMap<string, UriIndex<E>>;
  readonly suffixes: PrefixTree<UriIndex<E>> | null;
}

/** Indexes candidates under their hosts; `null` when there is nothing to index. */
export function buildHostIndex<E>(
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
export function searchHost<E, A>(
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
