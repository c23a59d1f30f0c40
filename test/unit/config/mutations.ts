/** Where a value stands in a document: keys and indexes. */
type Path = readonly (string | number)[];

/** Values that some field of a document takes and others do not. */
const VALUES: readonly unknown[] = [
  [null, true, false, 0, 1, -1, 1.5, 0.00001, 301, 65536, 2 ** 31, 2 ** 53, 1e300],
  ['', 'a', '7', 'a b', 'a\n', 'é', '\u{1F600}', 'x'.repeat(257), `/${'x'.repeat(4096)}`],
  ['/a', '/a?b', '*', '*.a', '127.0.0.1', '10.0.0.0/33', '::1', '[::1]:80', 'a:0', '1:2:3'],
  ['http://a', 'https://a:0', 'http://a:65536', 'http://a/', 'http://1.2.3.4.5', 'grpc://a'],
  ['pass', 'rewrite', 'chash', 'header', 'GET', 'get', 'Host', 'host', 'te', 'x-a', 'arg_a'],
  [[], {}, ['a'], ['a', 'a'], [1], [{}], { a: 1 }, { 'a:80': 1 }, { a: 'b' }, { host: 'x' }],
  [[['arg_a', '==', '1']], [['arg_a', '=', '1']], { disable: true }, { disable: 1 }],
  [{ connect: 1, send: 1, read: 1 }, { failures: 0 }, { failures: 1, open: 300 }],
  [{ set: { 'x-a': 'b' } }, { set: { hOST: 'b' } }, { add: { a: '\n' } }, { remove: ['TE'] }],
  [[{ host: 'a', weight: 1 }], [{ host: '[::1]', weight: 1, port: 0 }], [{ host: 'http://a' }]],
  [{ '[::1]:0': 1 }, { '1::2::3': 1 }, JSON.parse('{"__proto__":1}')],
].flat();

/** Every place of a document, itself included. */
export function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const below = keys.map((key) => places((value as never)[key], [...path, key]));
  return [path, ...below.flat()];
}

function at(document: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as never)[key], document);
}

/** The document with one value replaced; `undefined` drops it. */
function replaced(document: unknown, [key, ...path]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inside = replaced((document as never)[key], path, value);
  if (Array.isArray(document)) {
    return document.toSpliced(Number(key), 1, ...(inside === undefined ? [] : [inside]));
  }
  const { [key]: _, ...others } = document as Record<string, unknown>;
  return inside === undefined ? others : { ...others, [key]: inside };
}

/** Values that stand under each key in any of the documents. */
export function valuesByKey(documents: readonly unknown[]): ReadonlyMap<string, unknown[]> {
  const byKey = new Map<string, unknown[]>();
  for (const document of documents) {
    for (const path of places(document)) {
      const key = path.at(-1);
      if (typeof key !== 'string') continue;
      byKey.set(key, [...(byKey.get(key) ?? []), at(document, path)]);
    }
  }
  return byKey;
}

/**
 * All documents that differ from this one in one place: a value is dropped or replaced by each of `VALUES`, a key is
 * added, an item is doubled.
 */
export function* mutations(
  document: unknown,
  keys: ReadonlyMap<string, readonly unknown[]>,
): Generator<unknown> {
  for (const path of places(document)) {
    const value = at(document, path);
    if (path.length > 0) yield replaced(document, path, undefined);
    for (const other of VALUES) yield replaced(document, path, other);
    if (Array.isArray(value)) {
      for (const item of [...value.slice(0, 1), ...VALUES])
        yield replaced(document, path, [...value, item]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, values] of keys) {
        if (Object.hasOwn(value, key)) continue;
        for (const added of values) yield replaced(document, path, { ...value, [key]: added });
      }
    }
  }
}

/** A document that differs in one place, drawn by chance. */
export function mutation(
  document: unknown,
  keys: ReadonlyMap<string, readonly unknown[]>,
  next: () => number,
): unknown {
  const draw = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const path = draw(places(document));
  const value = at(document, path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && next() < 0.5) {
    const [key, values] = draw([...keys]);
    return replaced(document, path, { ...value, [key]: draw(values) });
  }
  const other = next() < 0.3 && path.length > 0 ? undefined : draw(VALUES);
  return replaced(document, path, other);
}
