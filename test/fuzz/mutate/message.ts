import type { Draw } from '../draw.ts';
import { type Mutation, replaced } from './bytes.ts';
import {
  FIELDS,
  HOSTS,
  METHODS,
  NUMBERS,
  SIZES,
  STATUS_LINES,
  TARGETS,
  TRAILERS,
  VERSIONS,
} from './words.ts';

/** Mutations for every message of HTTP/1.1. */
export const MESSAGE: readonly Mutation[] = [
  fieldAdded,
  fieldAdded,
  fieldReplaced,
  numberChanged,
  bodyCoded,
  sizeChanged,
  trailerAdded,
];

/** Mutations for requests: the three parts of the first line, and Host. */
export const REQUEST: readonly Mutation[] = [
  (text, draw) => firstLine(text, draw, /^[^ \r\n]*/m, draw.pick(METHODS)),
  (text, draw) => firstLine(text, draw, /(?<=^[A-Z]+ )[^ \r\n]*/m, draw.pick(TARGETS)),
  (text, draw) => firstLine(text, draw, /HTTP\/1\.[01]/, draw.pick(VERSIONS)),
  (text, draw) => firstLine(text, draw, /(?<=^Host: )[^\r\n]*/m, draw.pick(HOSTS)),
];

/** Mutations for responses. */
export const RESPONSE: readonly Mutation[] = [
  (text, draw) => firstLine(text, draw, /^HTTP\/1\.[01] [^\r\n]*/m, draw.pick(STATUS_LINES)),
  (text, draw) => `${draw.pick(STATUS_LINES)}\r\n${draw.pick(FIELDS)}\r\n\r\n${text}`,
];

/** Replaces the first match of `part` after a random place, if there is one. */
function firstLine(text: string, draw: Draw, part: RegExp, word: string): string {
  const start = draw.chance(0.6) ? 0 : draw.below(text.length);
  const found = part.exec(text.slice(start));
  if (found === null) return text;
  const at = start + found.index;
  return replaced(text, at, at + found[0].length, word);
}

function fieldAdded(text: string, draw: Draw): string {
  const ends = Array.from(text.matchAll(/\r\n/g), ({ index }) => index);
  if (ends.length === 0) return text;
  const at = draw.pick(ends) + 2;
  return replaced(text, at, at, `${draw.pick(FIELDS)}\r\n`);
}

function fieldReplaced(text: string, draw: Draw): string {
  const fields = Array.from(text.matchAll(/(?<=\r\n)[^\r\n:]+:[^\r\n]*/g));
  if (fields.length === 0) return text;
  const { index, 0: field } = draw.pick(fields);
  return replaced(text, index, index + field.length, draw.pick(FIELDS));
}

function numberChanged(text: string, draw: Draw): string {
  const numbers = Array.from(text.matchAll(/(?<=[:; \n=])[\da-f]+(?=[\r\n;, :])/g));
  if (numbers.length === 0) return text;
  const { index, 0: number } = draw.pick(numbers);
  return replaced(text, index, index + number.length, draw.pick(NUMBERS)(number));
}

/** Combines length and coding: frames a body in another way, twice, or not at all. */
function bodyCoded(text: string, draw: Draw): string {
  const marks = Array.from(
    text.matchAll(/(?<=\r\n)(?:Content-Length|Transfer-Encoding):[^\r\n]*\r\n/gi),
  );
  const other = Array.from({ length: draw.below(3) }, () => `${draw.pick(MARKS)}\r\n`).join('');
  if (marks.length === 0) return text.replace('\r\n', `\r\n${other}`);
  const { index, 0: mark } = draw.pick(marks);
  return replaced(text, index, index + mark.length, other);
}

const MARKS: readonly string[] = FIELDS.filter((field) => /length|encoding/i.test(field));

const SIZE_LINE = /(?<=\r\n)[\da-f]+(?=\r\n)/g;

function sizeChanged(text: string, draw: Draw): string {
  const sizes = Array.from(text.matchAll(SIZE_LINE));
  if (sizes.length === 0) return text;
  const { index, 0: size } = draw.pick(sizes);
  return replaced(text, index, index + size.length, draw.pick(SIZES)(size));
}

function trailerAdded(text: string, draw: Draw): string {
  const last = /(?<=\r\n0+\r\n)/.exec(text);
  if (last === null) return text;
  return replaced(text, last.index, last.index, `${draw.pick(TRAILERS)}\r\n`);
}
