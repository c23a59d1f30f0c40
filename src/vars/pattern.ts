import { compileRegExp, type Matcher } from './regexp/regexp.ts';
import { printable } from '../http/quoted.ts';
import { VarsError } from './error.ts';

/** PCRE's option settings at the start of a pattern, which are flags in JavaScript. */
const INLINE_FLAGS = /^\(\?([ims]+)\)/;

/**
 * PCRE escapes that JavaScript would silently read as plain characters, `\c` before a non-letter among them, and
 * POSIX classes, which it would read as a set of the letters in their names. `\u{..}` is an escape in neither.
 */
const UNSUPPORTED = /\\(?:[AaCEeGgHhKNQRUVXZz]|[xu]\{|c(?:[^A-Za-z]|$))|\[:\^?[a-z]+:\]/;
const ESCAPED_BACKSLASHES = /\\\\/g;

/**
 * Compiles the right side of `~~` and `~*`. APISIX runs these on PCRE. Syntax that both share has the same
 * meaning here; PCRE syntax with another meaning in JavaScript is refused when the document is read, so that it
 * cannot match something else later. `(?i)`, `(?s)` and `(?m)` are supported at the start.
 *
 * Clients choose the text that is matched, so matching takes time linear in its length, whatever the pattern.
 *
 * @param flags any of `i`, `m` and `s`
 * @throws {VarsError} when the text is not a valid regular expression or uses unsupported PCRE syntax
 * @example compilePattern('(?i)^canary', '').test('Canary-7') // true
 */
export function compilePattern(text: string, flags: string): Matcher {
  let source = text;
  const all = new Set(flags);
  for (let found = INLINE_FLAGS.exec(source); found; found = INLINE_FLAGS.exec(source)) {
    for (const flag of found[1]!) all.add(flag);
    source = source.slice(found[0].length);
  }
  const foreign = UNSUPPORTED.exec(source.replace(ESCAPED_BACKSLASHES, ''));
  if (foreign !== null) throw invalid(text, `'${foreign[0]}' is PCRE syntax that JavaScript lacks`);
  try {
    return compileRegExp(source, [...all].join(''));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(text, error.message);
    throw error;
  }
}

function invalid(text: string, reason: string): VarsError {
  return new VarsError(`invalid regular expression '${printable(text)}': ${printable(reason)}`);
}
