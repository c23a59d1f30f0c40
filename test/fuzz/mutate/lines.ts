import type { Draw } from '../draw.ts';
import { type Mutation, replaced } from './bytes.ts';
import { SPACES } from './words.ts';

/** Mutations of a message's lines, which are separated by `\r\n`. */
export const LINES: readonly Mutation[] = [
  line(without),
  line((lines, at) => [...lines.slice(0, at), lines[at]!, ...lines.slice(at)]),
  line((lines, at, draw) => swapped(lines, at, draw.below(lines.length))),
  line((lines, at, draw) => inserted(without(lines, at), draw.below(lines.length), lines[at]!)),
  // Folds a line (RFC 9112 section 5.2), or splits it in two.
  line((lines, at, draw) => split(lines, at, draw, draw.pick(['', ' ', '\t', ' \t']))),
  line((lines, at) => [
    ...lines.slice(0, at),
    lines.slice(at, at + 2).join(''),
    ...lines.slice(at + 2),
  ]),
  line((lines, at, draw) => changed(lines, at, draw.pick(SPACES) + lines[at]!)),
  line((lines, at, draw) => changed(lines, at, lines[at]! + draw.pick(SPACES))),
  line((lines, at, draw) => changed(lines, at, recased(lines[at]!, draw))),
  line((lines, at) => changed(lines, at, lines[at]!.replace('-', '_'))),
  line((lines, at, draw) => spaced(lines, at, draw, ':')),
  line((lines, at, draw) => spaced(lines, at, draw, draw.pick([',', ';', '=', ' ']))),
  line((lines, at, draw) => [
    ...lines.slice(0, at),
    ...new Array<string>(draw.pick([2, 10, 200])).fill(lines[at]!),
    ...lines.slice(at),
  ]),
];

type OnLine = (lines: readonly string[], at: number, draw: Draw) => readonly string[];

function line(mutate: OnLine): Mutation {
  return (text, draw) => {
    const lines = text.split('\r\n');
    return mutate(lines, draw.below(lines.length), draw).join('\r\n');
  };
}

function without(lines: readonly string[], at: number): readonly string[] {
  return [...lines.slice(0, at), ...lines.slice(at + 1)];
}

function inserted(lines: readonly string[], at: number, text: string): string[] {
  return [...lines.slice(0, at), text, ...lines.slice(at)];
}

function changed(lines: readonly string[], at: number, text: string): readonly string[] {
  return lines.map((one, i) => (i === at ? text : one));
}

function swapped(lines: readonly string[], a: number, b: number): readonly string[] {
  return lines.map((one, i) => (i === a ? lines[b]! : i === b ? lines[a]! : one));
}

function split(lines: readonly string[], at: number, draw: Draw, begin: string): readonly string[] {
  const text = lines[at]!;
  const middle = draw.below(text.length + 1);
  return [
    ...lines.slice(0, at),
    text.slice(0, middle),
    begin + text.slice(middle),
    ...lines.slice(at + 1),
  ];
}

function recased(text: string, draw: Draw): string {
  const at = draw.below(text.length + 1);
  const piece = text.slice(at, at + 1 + draw.below(20));
  // ASCII letters only: the other case of another letter may not be one byte.
  const other = draw.chance(0.5)
    ? piece.replace(/[a-z]/g, (letter) => letter.toUpperCase())
    : piece.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return replaced(text, at, at + piece.length, other);
}

/** Puts white space of any kind around a delimiter. */
function spaced(lines: readonly string[], at: number, draw: Draw, mark: string): readonly string[] {
  const text = lines[at]!;
  const found = text.indexOf(mark);
  if (found === -1) return lines;
  const around = draw.chance(0.5) ? draw.pick(SPACES) + mark : mark + draw.pick(SPACES);
  return changed(lines, at, replaced(text, found, found + 1, around));
}
