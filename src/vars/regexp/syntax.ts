/** The syntax tree of a regular expression. */
export type Tree =
  /** One character; `set` is the part of the pattern that matches it, such as `a`, `[a-z]` or `\w`. */
  | { readonly kind: 'character'; readonly set: string }
  | { readonly kind: 'assertion'; readonly is: Assertion }
  | Look
  | { readonly kind: 'sequence'; readonly of: readonly Tree[] }
  | { readonly kind: 'choice'; readonly of: readonly Tree[] }
  | Repeat;

export type Assertion = '^' | '$' | '\\b' | '\\B';

/** A lookahead (`ahead`) or lookbehind; a negative one with `not`. */
export interface Look {
  readonly kind: 'look';
  readonly of: Tree;
  readonly ahead: boolean;
  readonly not: boolean;
}

export interface Repeat {
  readonly kind: 'repeat';
  readonly of: Tree;
  readonly least: number;
  readonly most: number;
}

/** Limit on nested groups, because the functions that walk the tree are recursive. */
const MAX_NESTED_GROUPS = 100;

// Sticky: each token starts where the previous one ended.
const GROUP = /\((?:\?(?:[:=!]|<[=!]|<[\w$]+>))?/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
/** A bracketed set, an escape, or any single character, `^` and `$` included. */
const SET =
  /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|p\{[^}]*\}|c[a-z]|0[0-7]{0,2}|[\s\S])|[\s\S]/iy;

const COUNTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};

/**
 * Parses a regular expression that the engine's RegExp has accepted. Sets and escapes are kept as text, because
 * the engine decides what they match.
 *
 * @throws SyntaxError for syntax that cannot run in linear time or means something else in PCRE
 */
export function parse(text: string): Tree {
  let at = 0;
  return choice(0);

  function take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found !== null) at = token.lastIndex;
    return found;
  }

  function choice(depth: number): Tree {
    if (depth > MAX_NESTED_GROUPS)
      throw new SyntaxError(`groups nested deeper than ${MAX_NESTED_GROUPS}`);
    const of = [sequence(depth)];
    while (text[at] === '|') {
      at += 1;
      of.push(sequence(depth));
    }
    return of.length === 1 ? of[0]! : { kind: 'choice', of };
  }

  function sequence(depth: number): Tree {
    const of: Tree[] = [];
    while (at < text.length && text[at] !== '|' && text[at] !== ')') of.push(repeated(depth));
    return { kind: 'sequence', of };
  }

  function repeated(depth: number): Tree {
    const of = single(depth);
    const found = take(QUANTIFIER);
    if (found === null) return of;
    const [, mark, count, comma, limit] = found;
    const [least, most] =
      mark === undefined ? [count, comma === undefined ? count : limit || Infinity] : COUNTS[mark]!;
    return { kind: 'repeat', of, least: Number(least), most: Number(most) };
  }

  function single(depth: number): Tree {
    const group = take(GROUP)?.[0];
    if (group !== undefined) return grouped(group, depth);
    const set = take(SET)![0];
    if (/^(?:[$^]|\\b)$/i.test(set)) return { kind: 'assertion', is: set as Assertion };
    if (/^\\[1-9k]/.test(set))
      throw new SyntaxError(`'${set}' refers back to a group, which takes exponential time`);
    // PCRE would read the closing bracket as the first character of the set.
    if (/^\[\^?\]$/.test(set)) throw new SyntaxError(`no character in '${set}'`);
    return { kind: 'character', set };
  }

  function grouped(opening: string, depth: number): Tree {
    if (opening === '(' && text[at] === '?')
      throw new SyntaxError(`no group begins with '${text.slice(at - 1, at + 2)}'`);
    const of = choice(depth + 1);
    at += 1;
    if (!/[=!]$/.test(opening)) return of;
    return { kind: 'look', of, ahead: opening[2] !== '<', not: opening.endsWith('!') };
  }
}
