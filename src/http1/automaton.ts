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
