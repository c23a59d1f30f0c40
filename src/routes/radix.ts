/** The value of a key that is a prefix of the text, linked to the next shorter one. */
export interface Prefix<T> {
  readonly value: T;
  readonly shorter: Prefix<T> | null;
}

/** Finds the keys that are prefixes (or suffixes) of a text. */
export interface PrefixTree<T> {
  /** Returns the longest such key; `shorter` leads to the others. `null` when there is none. */
  longest(text: string): Prefix<T> | null;
}

/** A node while the tree is built. */
interface Branch<T> {
  label: string;
  children: Map<number, Branch<T>>;
  value: { readonly of: T } | null;
}

/** A node of the finished tree. Children are found by array index, which is faster than by hash. */
interface Node<T> {
  readonly label: string;
  /** Length of `label`. */
  readonly length: number;
  /** The longest key on the way to this node, its own included. */
  readonly prefix: Prefix<T> | null;
  /** Lowest of the code units that the children's labels start with. */
  readonly first: number;
  /** Children by the first code unit of their label, minus `first`. */
  readonly children: (Node<T> | null)[];
}

/**
 * Builds a radix tree over the keys. A look-up reads the text once, whatever the number of keys, and allocates
 * nothing. With `backwards`, keys are matched as suffixes of the text, which wildcard hosts need.
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
  const root = finished(seed);
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

/** Splits a node: it keeps the first `length` characters of its label; the rest moves into a new child. */
function split<T>(node: Branch<T>, length: number): void {
  const tail: Branch<T> = { ...node, label: node.label.slice(length) };
  node.label = node.label.slice(0, length);
  node.children = new Map([[tail.label.charCodeAt(0), tail]]);
  node.value = null;
}

/**
 * Makes the finished tree. Each node is linked to its shorter prefixes here, so that a look-up does not need to
 * remember its way. No recursion: a tree may be as deep as a path is long.
 */
function finished<T>(seed: Branch<T>): Node<T> {
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

/** Largest range of first code units for which a node has an array of children. */
const MAX_PLACES = 256;

/** Makes a node with an empty array for its children. */
function nodeOf<T>({ label, value, children }: Branch<T>, above: Prefix<T> | null): Node<T> {
  const prefix = value === null ? above : { value: value.of, shorter: above };
  // `Math.min()` of nothing is Infinity, and a field that may hold a double is slower to read for all nodes.
  const letters = children.size === 0 ? [0] : [...children.keys()];
  const first = Math.min(...letters);
  const places = Math.max(...letters) - first + 1;
  // A dense array is fastest to read. For a wide range it would be mostly empty, so children beyond its length
  // make it sparse instead.
  const length = places > MAX_PLACES ? 0 : places;
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
    if (child.length > 1 && !matchesLabel(child, text, at, step)) break;
    at += child.length * step;
    left -= child.length;
    node = child;
  }
  return node.prefix;
}

/** Whether the text has the node's label at `start`. The caller has already compared the first character. */
function matchesLabel(
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

/** Reverses the order of code units, which is how `find` reads backwards; it need not keep surrogate pairs. */
function reversed(text: string): string {
  return text.split('').toReversed().join('');
}
