/** In `state`, a byte that matches `byte` leads to `next`. `byte`: a character, or a `RegExp` that matches one. */
export type Rule = readonly [state: string, byte: string | RegExp, next: string];

/**
 * A grammar as a state table. Each byte costs one table look-up, whatever it is, and reading can stop and continue
 * at any byte.
 */
export interface Automaton {
  /** The state after byte `b` in state `s`, at `s << 8 | b`. */
  readonly next: Uint8Array;
  /** The number of a state. States are numbered from 2 in the order of their first rules. */
  of(state: string): number;
}

/** The state in which the input is complete. */
export const END = 0;

/** The state after a byte that the grammar does not allow. Further bytes cannot make the input valid. */
export const BAD = 1;

/**
 * Compiles rules into a state table.
 *
 * @param rules if two rules of a state match the same byte, the later one applies
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

const BLANK: RegExp = /[\t ]/;

/** A character of a field's value (RFC 9110 section 5.5). */
export const TEXT: RegExp = /[\t\x20-\x7e\x80-\xff]/;

/** What is accepted although a sender must not send it. */
export interface Leniency {
  /** Matches a character of a field value. Default: `TEXT`. */
  readonly value?: RegExp;
  /** Blanks before the colon, which a proxy has to remove from responses (RFC 9112 section 5.1). Default: false. */
  readonly spaceBeforeColon?: boolean;
  /** A line that ends with LF alone (RFC 9112 section 2.2). Default: false. */
  readonly bareLf?: boolean;
}

/**
 * Rules for field lines and the empty line, from the state `line` on. By default a name is a token that is directly
 * followed by the colon, and lines are never folded (RFC 9112 sections 5.1 and 5.2).
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

/** The states after each digit of a size. 13 hex digits are 52 bits: more could exceed the largest safe integer. */
const DIGITS = Array.from({ length: 13 }, (_, i) => `digit ${i + 1}`);

/** The size of a chunk: hex digits, then CRLF or an extension. Other parsers could read anything else differently. */
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

/** `chunk-ext`, with the blanks that RFC 9112 section 7.1.1 allows. */
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

/** Blanks after the size: some servers pad it, and the grammar of `chunk-ext` allows blanks before `;`. */
const PADDING: readonly Rule[] = [
  ...DIGITS.map((digit): Rule => [digit, BLANK, 'padding']),
  ['padding', BLANK, 'padding'],
  ['padding', ';', 'extension'],
  ['padding', '\r', 'lf'],
];

/**
 * The size line of a chunk (RFC 9112 section 7.1): from `size` on; or, including the CRLF that ends the data of the
 * chunk before it, from `end of data` on.
 *
 * @param padded accept blanks after the size, which other parsers may read differently
 */
export function sizeLines(padded: boolean): Automaton {
  return automaton([...SIZE, ...EXTENSION, ...(padded ? PADDING : [])]);
}
