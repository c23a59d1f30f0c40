/** A key of the tree that begins the looked-up text, and the next shorter one that does. */
export interface Prefix<T> {
  readonly value: T;
  readonly shorter: Prefix<T> | null;
}

/** Finds the keys that a text begins (or ends) with, the longest first. */
export interface PrefixTree<T> {
  /** The longest such key; the others hang on its `shorter`. `null` when there is none. */
  longest(text: string): Prefix<T> | null;
}

interface Node<T> {
  label: string;
  children: Map<number, Node<T>>;
  prefix: { value: T; shorter: Prefix<T> | null } | null;
}

/**
 * Builds a radix tree over the keys: a look-up walks the text once, whatever the number of keys,
 * and allocates nothing. With `backwards` the keys are suffixes of the text, as wildcard hosts are.
 *
 * @example
 * const tree = buildPrefixTree(new Map([['/', 1], ['/api/', 2]]));
 * tree.longest('/api/users')?.value; // 2
 * tree.longest('/api/users')?.shorter?.value; // 1
 */
export function buildPrefixTree<T>(
  keys: ReadonlyMap<string, T>,
  direction: 'forwards' | 'backwards' = 'forwards',
): PrefixTree<T> {
  const root: Node<T> = { label: '', children: new Map(), prefix: null };
  const backwards = direction === 'backwards';
  for (const [key, value] of keys) insert(root, backwards ? reversed(key) : key, value);
  link(root, null);
  return { longest: (text) => find(root, text, backwards) };
}

function insert<T>(root: Node<T>, key: string, value: T): void {
  let node = root;
  let rest = key;
  while (rest !== '') {
    const child = node.children.get(rest.charCodeAt(0));
    if (child === undefined) {
      const leaf: Node<T> = { label: rest, children: new Map(), prefix: null };
      node.children.set(rest.charCodeAt(0), leaf);
      node = leaf;
      break;
    }
    const shared = sharedLength(child.label, rest);
    if (shared < child.label.length) split(child, shared);
    node = child;
    rest = rest.slice(shared);
  }
  node.prefix = { value, shorter: null };
}

/** Cuts a node in two: it keeps the first `length` characters, a new child takes what it had. */
function split<T>(node: Node<T>, length: number): void {
  const tail: Node<T> = { ...node, label: node.label.slice(length) };
  node.label = node.label.slice(0, length);
  node.children = new Map([[tail.label.charCodeAt(0), tail]]);
  node.prefix = null;
}

/** Once, so that a look-up need not remember the way it came. */
function link<T>(root: Node<T>, above: Prefix<T> | null): void {
  const pending: { node: Node<T>; above: Prefix<T> | null }[] = [{ node: root, above }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node } = next;
    if (node.prefix !== null) node.prefix.shorter = next.above;
    const nearest = node.prefix ?? next.above;
    for (const child of node.children.values()) pending.push({ node: child, above: nearest });
  }
}

function find<T>(root: Node<T>, text: string, backwards: boolean): Prefix<T> | null {
  const end = text.length - 1;
  let node = root;
  let best = root.prefix;
  let position = 0;
  while (position < text.length) {
    const child = node.children.get(text.charCodeAt(backwards ? end - position : position));
    if (child === undefined) return best;
    const { label } = child;
    if (position + label.length > text.length) return best;
    for (let i = 1; i < label.length; i += 1) {
      const at = position + i;
      if (text.charCodeAt(backwards ? end - at : at) !== label.charCodeAt(i)) return best;
    }
    position += label.length;
    node = child;
    best = node.prefix ?? best;
  }
  return best;
}

function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** By code unit, as `charCodeAt` reads: a surrogate pair need not stay one. */
function reversed(text: string): string {
  return text.split('').toReversed().join('');
}
