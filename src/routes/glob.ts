/**
 * Compiles a pattern in which `*` stands for any characters, `/` and none at all included. The
 * pieces between the stars are looked up from left to right, each as early as it can be, so the
 * cost is that of a few substring searches: there is nothing to backtrack, and no path that a
 * client could make up to be slow on, as there is for a regular expression with several `.*`.
 *
 * @example compileGlob('/a/*.json')('/a/x/y.json') // true
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const pieces = pattern.split('*');
  const first = pieces[0]!;
  const last = pieces[pieces.length - 1]!;
  if (pieces.length === 1) return (path) => path === pattern;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (path) => {
    if (!path.startsWith(first) || !path.endsWith(last)) return false;
    let position = first.length;
    for (const piece of middle) {
      const found = path.indexOf(piece, position);
      if (found === -1) return false;
      position = found + piece.length;
    }
    return position + last.length <= path.length;
  };
}
