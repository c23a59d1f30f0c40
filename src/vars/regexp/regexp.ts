import { Alphabet } from './alphabet.ts';
import { Automaton } from './automaton.ts';
import { compile, isAnchored } from './program.ts';
import { parse } from './syntax.ts';

/** A compiled regular expression. */
export interface Matcher {
  /** Whether the text contains a match. */
  test(text: string): boolean;
}

/** Longer than any pattern that people write by hand. */
const MAX_CHARACTERS = 8192;

/**
 * Compiles a regular expression whose matching time is linear in the length of the text, whatever the text.
 *
 * The engine's own RegExp is faster on most patterns, but it backtracks: `.*a.*b` takes quadratic time, `(a+)+$`
 * takes exponential time, and a checker that finds all such patterns would be larger than this. So no pattern
 * needs to be checked: all are accepted except very large ones and ones with backreferences. The tables are
 * allocated at the first match.
 *
 * The result is the same as RegExp's for every text, with one exception: in patterns with `\p{..}` too, a
 * character is a UTF-16 code unit.
 *
 * @param flags any of `i`, `m` and `s`
 * @throws SyntaxError when the pattern is invalid, too large or has a backreference
 * @example compileRegExp('^v[0-9]+$', '').test('v12') // true
 */
export function compileRegExp(source: string, flags: string): Matcher {
  if (source.length > MAX_CHARACTERS)
    throw new SyntaxError(`longer than ${MAX_CHARACTERS} characters`);
  // `\p{..}` needs flag u. Not set otherwise, because it also refuses harmless escapes such as `\-`.
  const setFlags = /\\p\{/i.test(source) ? `${flags}u` : flags;
  checkSyntax(source, setFlags);
  const tree = parse(source);
  const program = compile(tree);
  const anchored = !flags.includes('m') && isAnchored(tree);
  let automaton: Automaton | null = null;
  return {
    test(text) {
      automaton ??= new Automaton(program, new Alphabet(program.sets, setFlags), anchored);
      return automaton.test(text);
    },
  };
}

function checkSyntax(source: string, flags: string): void {
  try {
    void new RegExp(source, flags);
  } catch (cause) {
    // Most engines put the pattern first; keep only the reason after it.
    const { message } = cause as Error;
    throw new SyntaxError(message.slice(message.lastIndexOf(': ') + 1).trim(), { cause });
  }
}
