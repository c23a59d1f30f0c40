/** What is counted for each label set. */
export interface SeriesMap<T> {
  /** What belongs to these values; made when there is none. */
  at(values: readonly string[]): T;
  all(): Iterable<T>;
  /** Drops those whose values are not wanted. */
  keep(wanted: (values: readonly string[]) => boolean): void;
}

/** One value after the other leads to a node; the last has what was made for all of them. */
interface Tree<T> {
  readonly children: Map<string, Tree<T>>;
  entry: T | null;
}

/**
 * A map by several values. A tree of maps, as each request counts several times: the values are
 * there already, with their hashes, and a joined key would have to be built and hashed each time.
 */
export function seriesOf<T extends { readonly values: readonly string[] }>(
  make: (values: readonly string[]) => T,
): SeriesMap<T> {
  let root = tree<T>();
  const all = new Set<T>();
  function at(values: readonly string[]): T {
    const node = nodeAt(values);
    if (node.entry === null) add(node, make(values));
    return node.entry!;
  }
  function add(node: Tree<T>, entry: T): void {
    node.entry = entry;
    all.add(entry);
  }
  return {
    at,
    all: () => all,
    keep(wanted) {
      const kept = [...all].filter(({ values }) => wanted(values));
      if (kept.length === all.size) return;
      // Grown anew, so that no empty branches stay behind.
      root = tree();
      all.clear();
      for (const entry of kept) add(nodeAt(entry.values), entry);
    },
  };
  function nodeAt(values: readonly string[]): Tree<T> {
    let node = root;
    for (const value of values) {
      let child = node.children.get(value);
      if (child === undefined) node.children.set(value, (child = tree()));
      node = child;
    }
    return node;
  }
}

function tree<T>(): Tree<T> {
  return { children: new Map(), entry: null };
}
