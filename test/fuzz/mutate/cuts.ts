import type { Draw } from '../draw.ts';

/** More single bytes than this would only take longer. */
const MAX_SINGLE_BYTES = 300;

/**
 * Cuts a stream into the pieces in which it is sent: usually one piece, else cut anywhere, near line ends, or byte by
 * byte.
 */
export function pieces(text: string, draw: Draw): string[] {
  const way = draw.next();
  if (text.length < 2 || way < 0.5) return [text];
  if (way < 0.55 && text.length <= MAX_SINGLE_BYTES) return [...text];
  const cuts = new Set<number>();
  for (let i = draw.few(1, 6); i > 0; i--) {
    const at = draw.below(text.length);
    // Between the two bytes of a line end, before it, or after it.
    const mark = way < 0.8 ? text.indexOf('\r\n', at) : -1;
    cuts.add(mark === -1 ? at : mark + draw.below(4));
  }
  return cutAt(text, [...cuts]);
}

/** The pieces between these offsets, without empty ones. */
export function cutAt(text: string, offsets: readonly number[]): string[] {
  const ordered = [0, ...offsets.toSorted((a, b) => a - b), text.length];
  return ordered
    .slice(1)
    .map((end, i) => text.slice(ordered[i], end))
    .filter((piece) => piece !== '');
}
