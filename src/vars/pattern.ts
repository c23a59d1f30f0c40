import { VarsError } from './error.ts';

/** Leading option settings of PCRE that JavaScript spells as flags. */
const INLINE_FLAGS = /^\(\?([ims]+)\)/;

/**
 * Escapes of PCRE that JavaScript would read, without a word, as the bare letter, and POSIX classes,
 * which it would read as a set of the letters of their names.
 */
const UNSUPPORTED = /\\(?:[AaCEeGgHhKNQRUVXZz]|x\{)|\[:\^?[a-z]+:\]/;
const ESCAPED_BACKSLASHES = /\\\\/g;

/**
 * Compiles the right side of `~~` and `~*`. APISIX runs these on PCRE; the common subset means the
 * same here, and what differs is refused when the document is read instead of matching something
 * else when a request comes. A leading `(?i)`, `(?s)` or `(?m)` is understood.
 *
 * @throws {VarsError} when the text is no regular expression, or uses PCRE's own syntax
 * @example compilePattern('(?i)^canary', '').test('Canary-7') // true
 */
export function compilePattern(text: string, flags: string): RegExp {
  let source = text;
  const all = new Set(flags);
  for (let found = INLINE_FLAGS.exec(source); found; found = INLINE_FLAGS.exec(source)) {
    for (const flag of found[1]!) all.add(flag);
    source = source.slice(found[0].length);
  }
  const foreign = UNSUPPORTED.exec(source.replace(ESCAPED_BACKSLASHES, ''));
  if (foreign !== null) {
    throw new VarsError(
      `invalid regular expression '${text}': '${foreign[0]}' is PCRE syntax that JavaScript lacks`,
    );
  }
  // `\p{..}` is a class only with the u flag, which in turn refuses harmless escapes such as `\-`.
  if (/\\p\{/i.test(source)) all.add('u');
  try {
    return new RegExp(source, [...all].join(''));
  } catch (cause) {
    throw new VarsError(`invalid regular expression '${text}': ${(cause as Error).message}`, {
      cause,
    });
  }
}
