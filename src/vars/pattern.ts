import { compileRegExp, type Matcher } from './regexp/regexp.ts';
import { printable } from '../http/quoted.ts';
import { VarsError } from './error.ts';

/** Leading option settings of PCRE that JavaScript spells as flags. */
const INLINE_FLAGS = /^\(\?([ims]+)\)/;

/**
 * Escapes of PCRE that JavaScript would read, without a word, as the bare letter, and POSIX classes,
 * which it would read as a set of the letters of their names. `\u{..}` and `\c` are escapes in neither.
 */
const UNSUPPORTED = /\\(?:[AaCEeGgHhKNQRUVXZz]|[xu]\{|c(?:[^A-Za-z]|$))|\[:\^?[a-z]+:\]/;
const ESCAPED_BACKSLASHES = /\\\\/g;

/**
 * Compiles the right side of `~~` and `~*`. APISIX runs these on PCRE; the common subset means the
 * same here, and what differs is refused when the document is read instead of matching something
 * else when a request comes. A leading `(?i)`, `(?s)` or `(?m)` is understood.
 *
 * What is matched is a client's, so that it takes time in proportion to it whatever the pattern is.
 *
 * @throws {VarsError} when the text is no regular expression, or uses PCRE's own syntax
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
