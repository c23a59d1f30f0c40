import { Alphabet } from './alphabet.ts';
import { Automaton } from './automaton.ts';
import { compile, isAnchored } from './program.ts';
import { parse } from './syntax.ts';

/** A pattern that is looked for in texts. */
export interface Matcher {
  test(text: string): boolean;
}

/** More than people write by hand. */
const MOST_CHARACTERS = 8192;

/**
 * Compiles a regular expression that takes time in proportion to the text, whatever the text is. The
 * engine's own is faster on most patterns that people write; but `.*a.*b` already takes the square of the
 * length there, `(a+)+$` doubles with every letter, and no checker that would find them all is as small
 * as this. So there is nothing to find out about a pattern: all are taken but the very large, and those
 * that refer back to what a group matched. What takes memory is made when it is first used.
 *
 * It says of each text what the engine's own would say, except that a character is a unit of UTF-16 in
 * patterns with `\p{..}`, too.
 *
 * @param flags of `i`, `m` and `s`
 * @throws SyntaxError
 * @example compileRegExp('^v[0-9]+$', '').test('v12') // true
 */
export function compileRegExp(source: string, flags: string): Matcher {
  if (source.length > MOST_CHARACTERS)
    throw new SyntaxError(`longer than ${MOST_CHARACTERS} characters`);
  // Only with the flag u is it a class. The flag also refuses harmless escapes such as `\-`.
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
    // Most engines say the pattern first.
    const { message } = cause as Error;
    throw new SyntaxError(message.slice(message.lastIndexOf(': ') + 1).trim(), { cause });
  }
}
