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

/** A node while the tree grows. */
interface Branch<T> {
  label: string;
  children: Map<number, Branch<T>>;
  value: { readonly of: T } | null;
}

/** A node of the tree as it is searched: a child is found by its place, which is faster than by a hash. */
interface Node<T> {
  readonly label: string;
  /** Of the label. */
  readonly length: number;
  /** What of its keys begins the text up to here, the longest first. */
  readonly prefix: Prefix<T> | null;
  /** Lowest first letter of a child. */
  readonly first: number;
  /** By their first letters, counted from `first`. */
  readonly children: (Node<T> | null)[];
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
  const seed = branch<T>('');
  const backwards = direction === 'backwards';
  for (const [key, value] of keys) insert(seed, backwards ? reversed(key) : key, value);
  const root = grown(seed);
  return { longest: (text) => find(root, text, backwards) };
}

function branch<T>(label: string): Branch<T> {
  return { label, children: new Map(), value: null };
}

function insert<T>(root: Branch<T>, key: string, value: T): void {
  let node = root;
  let rest = key;
  while (rest !== '') {
    const child = node.children.get(rest.charCodeAt(0));
    if (child === undefined) {
      const leaf = branch<T>(rest);
      node.children.set(rest.charCodeAt(0), leaf);
      node = leaf;
      break;
    }
    const shared = sharedLength(child.label, rest);
    if (shared < child.label.length) split(child, shared);
    node = child;
    rest = rest.slice(shared);
  }
  node.value = { of: value };
}

/** Cuts a node in two: it keeps the first `length` characters, a new child takes what it had. */
function split<T>(node: Branch<T>, length: number): void {
  const tail: Branch<T> = { ...node, label: node.label.slice(length) };
  node.label = node.label.slice(0, length);
  node.children = new Map([[tail.label.charCodeAt(0), tail]]);
  node.value = null;
}

/**
 * The tree to be searched. Prefixes are linked once, so that a look-up need not remember the way it came.
 * Without recursion: a tree may be as deep as a path is long.
 */
function grown<T>(seed: Branch<T>): Node<T> {
  const root = nodeOf(seed, null);
  const pending = [{ from: seed, node: root }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { children, first, prefix } = next.node;
    for (const [letter, from] of next.from.children) {
      const node = nodeOf(from, prefix);
      children[letter - first] = node;
      pending.push({ from, node });
    }
  }
  return root;
}

/** Letters from the lowest to the highest first letter up to which each child, there or not, has a place. */
const MOST_PLACES = 256;

/** With places for its children. */
function nodeOf<T>({ label, value, children }: Branch<T>, above: Prefix<T> | null): Node<T> {
  const prefix = value === null ? above : { value: value.of, shorter: above };
  // Not of no letters: that is `Infinity`, and a field that may hold it is slower for all.
  const letters = children.size === 0 ? [0] : [...children.keys()];
  const first = Math.min(...letters);
  const places = Math.max(...letters) - first + 1;
  // An array without gaps is read fastest; one of letters from all over the world would be mostly empty.
  const length = places > MOST_PLACES ? 0 : places;
  return {
    label,
    length: label.length,
    prefix,
    first,
    children: Array.from({ length }, () => null),
  };
}

function find<T>(root: Node<T>, text: string, backwards: boolean): Prefix<T> | null {
  const step = backwards ? -1 : 1;
  let at = backwards ? text.length - 1 : 0;
  let left = text.length;
  let node = root;
  while (left > 0) {
    const { first, children } = node;
    const place = text.charCodeAt(at) - first;
    const child = place < 0 || place >= children.length ? null : children[place];
    if (child == null || child.length > left) break;
    if (child.length > 1 && !reads(child, text, at, step)) break;
    at += child.length * step;
    left -= child.length;
    node = child;
  }
  return node.prefix;
}

/** Whether a label stands in the text. Its first letter does. */
function reads(
  { label, length }: Node<unknown>,
  text: string,
  start: number,
  step: number,
): boolean {
  for (let i = 1, at = start + step; i < length; i += 1, at += step)
    if (text.charCodeAt(at) !== label.charCodeAt(i)) return false;
  return true;
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
