/** In this state, a byte of this class leads to that state. A class is a character or a `RegExp` for one. */
export type Rule = readonly [state: string, byte: string | RegExp, next: string];

/**
 * A grammar as a table: what each byte means in each state. Reading goes on where it stopped, at the
 * same cost for each byte, however the bytes are cut and whatever they are.
 */
export interface Automaton {
  /** The state after byte `b` in state `s`, at `s << 8 | b`. */
  readonly next: Uint8Array;
  /** The number of a state. They are numbered from 2 on in the order in which the rules name them. */
  of(state: string): number;
}

/** All is read. */
export const END = 0;

/** The byte has no place here, and no more bytes could give it one. */
export const BAD = 1;

/**
 * Compiles a grammar. The first state of the first rule is where it begins.
 *
 * @param rules where two of one state are about the same byte, the later is in force
 */
export function automaton(rules: readonly Rule[]): Automaton {
  const numbers = new Map([
    ['end', END],
    ['bad', BAD],
  ]);
  const of = (state: string): number => {
    const number = numbers.get(state) ?? numbers.size;
    numbers.set(state, number);
    return number;
  };
  for (const [state] of rules) of(state);
  const next = new Uint8Array(numbers.size << 8).fill(BAD);
  for (const [state, byte, to] of rules) {
    const row = of(state) << 8;
    for (const value of bytesOf(byte)) next[row | value] = of(to);
  }
  if (next.length !== numbers.size << 8) throw new Error('a state without rules');
  return { next, of };
}

const classes = new Map<string | RegExp, readonly number[]>();

function bytesOf(byte: string | RegExp): readonly number[] {
  if (typeof byte === 'string') return [byte.charCodeAt(0)];
  let all = classes.get(byte);
  if (all === undefined) {
    all = Array.from({ length: 256 }, (_, i) => i).filter((i) => byte.test(String.fromCharCode(i)));
    classes.set(byte, all);
  }
  return all;
}

/** A character of a token (RFC 9110 section 5.6.2). */
export const TOKEN: RegExp = /[!#$%&'*+\-.^_`|~\w]/;

export const BLANK: RegExp = /[\t ]/;

/** A character of a field's value (RFC 9110 section 5.5). */
export const TEXT: RegExp = /[\t\x20-\x7e\x80-\xff]/;

/** What is read although it should not be sent. */
export interface Leniency {
  /** A character of a value. Default: `TEXT`. */
  readonly value?: RegExp;
  /** Spaces before a colon, which a proxy has to remove from responses (RFC 9112 section 5.1). */
  readonly spaceBeforeColon?: boolean;
  /** LF alone at the end of a line (RFC 9112 section 2.2). */
  readonly bareLf?: boolean;
}

/**
 * Lines of fields and the empty one, from the state `line` on. A name is a token with nothing between
 * it and the colon, and no line is folded (RFC 9112 sections 5.1 and 5.2).
 */
export function fieldRules({ value = TEXT, spaceBeforeColon, bareLf }: Leniency = {}): Rule[] {
  const rules: Rule[] = [
    ['line', TOKEN, 'name'],
    ['line', '\r', 'last lf'],
    ['name', TOKEN, 'name'],
    ['name', ':', 'value'],
    ['value', value, 'value'],
    ['value', '\r', 'lf'],
    ['lf', '\n', 'line'],
    ['last lf', '\n', 'end'],
  ];
  if (spaceBeforeColon === true)
    rules.push(['name', BLANK, 'blank'], ['blank', BLANK, 'blank'], ['blank', ':', 'value']);
  if (bareLf === true) rules.push(['line', '\n', 'end'], ['value', '\n', 'line']);
  return rules;
}

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
