/** The criteria of a route that are tested here. */
export interface Criteria {
  readonly uris: readonly string[];
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  readonly priority?: number;
  readonly status?: number;
}

interface Asked {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
}

/**
 * The matching route by the rules alone: tries every route and every host and path of it, and the best match wins.
 * First a host with a port, then an exact host, the longest wildcard, no host; then an exact path, the longest
 * literal prefix; then priority, the longer pattern, and the order in the document.
 *
 * @returns its index, or `null`
 */
export function bestRoute(routes: readonly Criteria[], request: Asked): number | null {
  let best: { readonly rank: readonly number[]; readonly place: number } | null = null;
  for (const [place, route] of routes.entries()) {
    if (
      route.status === 0 ||
      (route.methods !== undefined && !route.methods.includes(request.method))
    )
      continue;
    for (const host of route.hosts ?? [null]) {
      const byHost = hostRank(host, request.authority);
      if (byHost === null) continue;
      for (const uri of route.uris) {
        const byUri = uriRank(uri, request.path);
        if (byUri === null) continue;
        const rank = [...byHost, ...byUri, route.priority ?? 0, uri.length];
        if (best === null || isHigher(rank, best.rank)) best = { rank, place };
      }
    }
  }
  return best?.place ?? null;
}

/** Higher is better; `null`: does not match. */
function hostRank(pattern: string | null, authority: string): readonly number[] | null {
  if (pattern === null) return [0, 0];
  const wanted = bare(pattern);
  const withPort = /(?:^[^:]*|\]):\d+$/.test(wanted);
  const given = withPort ? bare(authority) : bare(authority).replace(/:\d*$/, portOnly);
  const port = withPort ? 3 : 0;
  if (!wanted.startsWith('*')) return given === wanted ? [port + 2, 0] : null;
  const rest = wanted.slice(1);
  return given.endsWith(rest) ? [port + 1, rest.length] : null;
}

/** In lower case, without a trailing dot of the name. */
function bare(authority: string): string {
  return authority.toLowerCase().replace(/(?<=[^.])\.(?=:\d*$|$)/, '');
}

/** The colons of an IPv6 address in brackets do not begin a port. */
function portOnly(found: string, at: number, text: string): string {
  return text.startsWith('[') && text[at - 1] !== ']' ? found : '';
}

function uriRank(pattern: string, path: string): readonly number[] | null {
  if (!fitsGlob(pattern, path)) return null;
  const star = pattern.indexOf('*');
  return star === -1 ? [1, 0] : [0, star];
}

/** `*` matches any characters, slashes included, or none. Tries every length for each `*`. */
export function fitsGlob(pattern: string, text: string): boolean {
  // fits[j]: whether the part of the pattern so far matches the first j characters.
  let fits = [true, ...new Array<boolean>(text.length).fill(false)];
  for (const letter of pattern.split('')) {
    const next = new Array<boolean>(text.length + 1).fill(false);
    for (let j = 0; j <= text.length; j++) {
      if (letter === '*') next[j] = fits[j]! || (j > 0 && next[j - 1]!);
      else next[j] = j > 0 && fits[j - 1]! && text[j - 1] === letter;
    }
    fits = next;
  }
  return fits[text.length]!;
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  const first = a.findIndex((value, i) => value !== b[i]);
  return first !== -1 && a[first]! > b[first]!;
}
