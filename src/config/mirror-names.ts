/** A mirror with what it is called. */
export type Named<T> = T & { readonly name: string };

/**
 * Names the mirrors of a route for logs, hooks, the report and the page: by their host, and where several share one, by their
 * path too. Of those that share both, all but the first get the number of their place as well.
 *
 * @example
 * named([{ host: 'http://a' }, { host: 'http://a', path: '/v2' }]).map(({ name }) => name) // ['http://a', 'http://a/v2']
 * named([{ host: 'http://a' }, { host: 'http://a' }]).map(({ name }) => name) // ['http://a', 'http://a/#2']
 */
export function named<T extends { readonly host: string; readonly path?: string }>(
  mirrors: readonly T[],
): Named<T>[] {
  const seen = new Set<string>();
  const wasSeen = (text: string) => seen.has(text) || !seen.add(text);
  const shared = new Set(mirrors.map(({ host }) => host).filter(wasSeen));
  seen.clear();
  return mirrors.map((mirror, i) => {
    const { host, path = '' } = mirror;
    const name = shared.has(host) ? host + path : host;
    return { ...mirror, name: wasSeen(name) ? `${name}/#${i + 1}` : name };
  });
}

/** The host of a mirror by its name: metrics know mirrors by that alone. */
export function hostOfMirror(name: string): string {
  // Behind `http://` and a host: asked for each copy, so that most names are returned as they are.
  const path = name.indexOf('/', SHORTEST_HOST);
  return path === -1 ? name : name.slice(0, path);
}

/** Characters of the shortest host, `http://a`. */
const SHORTEST_HOST = 8;
