import { type Automaton, automaton, type Rule } from './automaton.ts';
import { BLANK, TEXT, TOKEN } from './grammar.ts';

const HEX = /[\da-f]/i;

/** `qdtext` (RFC 9110 section 5.6.4). */
const UNQUOTED = /[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]/;

/** The states behind each digit of a size: more digits are more than can be counted. */
const DIGITS = Array.from({ length: 13 }, (_, i) => `digit ${i + 1}`);

/** Sizes that a later reader takes for other ones are refused; what is forgiven stands for itself. */
const SIZE: readonly Rule[] = [
  ['size', HEX, DIGITS[0]!],
  ...DIGITS.flatMap((digit, i): Rule[] => [
    ...(i + 1 < DIGITS.length ? [[digit, HEX, DIGITS[i + 1]!] as const] : []),
    [digit, ';', 'extension'],
    [digit, '\r', 'lf'],
  ]),
  ['lf', '\n', 'end'],
  ['end of data', '\r', 'lf of data'],
  ['lf of data', '\n', 'size'],
];

/** `chunk-ext`, with blanks where there may be some (RFC 9112 section 7.1.1). */
const EXTENSION: readonly Rule[] = [
  ['extension', BLANK, 'extension'],
  ['extension', TOKEN, 'name'],
  ['name', TOKEN, 'name'],
  ['name', BLANK, 'behind name'],
  ['name', '=', 'equals'],
  ['name', ';', 'extension'],
  ['name', '\r', 'lf'],
  ['behind name', BLANK, 'behind name'],
  ['behind name', '=', 'equals'],
  ['behind name', ';', 'extension'],
  ['equals', BLANK, 'equals'],
  ['equals', TOKEN, 'value'],
  ['equals', '"', 'quoted'],
  ['value', TOKEN, 'value'],
  ['value', BLANK, 'behind value'],
  ['value', ';', 'extension'],
  ['value', '\r', 'lf'],
  ['behind value', BLANK, 'behind value'],
  ['behind value', ';', 'extension'],
  ['quoted', UNQUOTED, 'quoted'],
  ['quoted', '\\', 'escape'],
  ['quoted', '"', 'unquoted'],
  ['escape', TEXT, 'quoted'],
  ['unquoted', BLANK, 'behind value'],
  ['unquoted', ';', 'extension'],
  ['unquoted', '\r', 'lf'],
];

/** Some servers pad the size with spaces, and the extensions' grammar has some behind it. */
const PADDING: readonly Rule[] = [
  ...DIGITS.map((digit): Rule => [digit, BLANK, 'padding']),
  ['padding', BLANK, 'padding'],
  ['padding', ';', 'extension'],
  ['padding', '\r', 'lf'],
];

/**
 * The line with the size of a chunk (RFC 9112 section 7.1): from `size` on, or, with the end of the data
 * before it, from `end of data` on.
 *
 * @param padded whether there may be blanks behind the size, which others may read differently
 */
export function sizeLines(padded: boolean): Automaton {
  return automaton([...SIZE, ...EXTENSION, ...(padded ? PADDING : [])]);
}
