import type { Draw } from '../draw.ts';

/** Changes a text of bytes, one character each. May return the text unchanged where nothing fits. */
export type Mutation = (text: string, draw: Draw) => string;

/** Bytes with a meaning for some HTTP parser, and their neighbours. */
export const TELLING: readonly string[] = [
  ...'\0\x01\t\n\v\f\r\x1b !"#%&\'()*+,-./01579:;<=>?@AFZ[\\]^_`afxz{|}~\x7f\x80\x85\xa0\xc3\xff',
];

const ENDS: readonly string[] = [
  ['\r\n', '\n', '\r', '\n\r', '\r\r\n', '\r\n\r\n', '\r\n ', '\r\n\t', ''],
].flat();

/** Mutations that need to know nothing about the text. */
export const BYTES: readonly Mutation[] = [flipped, changed, inserted, cut, repeated, moved, ended];

/** Replaces the characters from `start` to `end` with `piece`. */
export function replaced(text: string, start: number, end: number, piece: string): string {
  return text.slice(0, start) + piece + text.slice(end);
}

function flipped(text: string, draw: Draw): string {
  if (text === '') return text;
  const at = draw.below(text.length);
  const code = text.charCodeAt(at) ^ (1 << draw.below(8));
  return replaced(text, at, at + 1, String.fromCharCode(code));
}

function changed(text: string, draw: Draw): string {
  const at = draw.below(text.length);
  return replaced(text, at, at + 1, draw.pick(TELLING));
}

function inserted(text: string, draw: Draw): string {
  const at = draw.below(text.length + 1);
  return replaced(text, at, at, draw.pick(TELLING).repeat(draw.few(1, 3)));
}

function cut(text: string, draw: Draw): string {
  const [start, end] = span(text, draw);
  return replaced(text, start, end, '');
}

function repeated(text: string, draw: Draw): string {
  const [start, end] = span(text, draw);
  return replaced(text, end, end, text.slice(start, end));
}

function moved(text: string, draw: Draw): string {
  const [start, end] = span(text, draw);
  const rest = replaced(text, start, end, '');
  const at = draw.below(rest.length + 1);
  return replaced(rest, at, at, text.slice(start, end));
}

/** Replaces, removes or inserts a line end. */
function ended(text: string, draw: Draw): string {
  const end = draw.pick(ENDS);
  if (draw.chance(0.1)) return text.replaceAll('\r\n', end);
  const at = text.indexOf('\r\n', draw.below(text.length + 1));
  if (at !== -1 && draw.chance(0.7)) return replaced(text, at, at + 2, end);
  const anywhere = draw.below(text.length + 1);
  return replaced(text, anywhere, anywhere, end);
}

/** A random range, usually short. */
function span(text: string, draw: Draw): [start: number, end: number] {
  const start = draw.below(text.length);
  const longest = draw.chance(0.8) ? 12 : text.length;
  return [start, Math.min(text.length, start + 1 + draw.below(longest))];
}
