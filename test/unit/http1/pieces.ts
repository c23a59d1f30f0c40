/** The text in pieces of so many bytes. */
export function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

/** The text in two pieces, at every position. */
export function* cuts(text: string): Iterable<[string, string]> {
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
}

/** The text in pieces of any size, most of them small. */
export function cutAnywhere(text: string, next: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 1 + Math.floor(next() * next() * 30);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** A text out of some of these, now and then with a byte that is another one. */
export function anyOf(pieces: readonly string[], most: number, next: () => number): string {
  let text = '';
  for (let left = next() * most; left > 0; left--)
    text += pieces[Math.floor(next() * pieces.length)]!;
  if (next() < 0.7) return text;
  const at = Math.floor(next() * text.length);
  return text.slice(0, at) + String.fromCharCode(next() * 256) + text.slice(at + 1);
}
